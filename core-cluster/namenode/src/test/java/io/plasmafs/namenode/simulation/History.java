package io.plasmafs.namenode.simulation;

import io.plasmafs.namenode.metadata.ChangeSet;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// One filesystem from its making to its end, through the lives of a few engines.
final class History {
  private final Random random;
  private final Flavour flavour;
  private final Disk disk = new Disk();
  private final Published published = new Published(disk);
  private final Promises promises;

  History(long seed, Consumer<String> counter) {
    // of neighbouring seeds Random itself makes numbers that begin alike
    random = new Random(new SplittableRandom(seed).nextLong());
    flavour = Flavour.of(random);
    promises = new Promises(disk, counter);
  }

  void run() {
    int lives = 1 + random.nextInt(3);
    for (int number = 1; number <= lives; number++) {
      Life life = begin(number);
      if (number == 1 && flavour.large()) {
        life.fill();
      }
      life.live(100 + random.nextInt(600), number < lives);
      if (number < lives || life.hasStopped()) {
        end(life);
      } else {
        finish(life);
      }
      if (number == lives && life.hasStopped()) {
        finish(begin(lives + 1));
      }
    }
  }

  /// What became durable in it.
  List<ChangeSet> commits() {
    return List.copyOf(disk.log);
  }

  private Life begin(int number) {
    // the clock of another coordinator may be slow
    long startNanos = 1 + number * 1_000_000_000L + random.nextInt(1_000_000_000);
    return new Life(random, flavour, disk, published, promises, number, startNanos);
  }

  private void end(Life life) {
    life.crash();
    new Audit(disk).check(false);
    promises.verify();
  }

  private void finish(Life life) {
    life.finish();
    if (life.hasStopped()) {
      return;
    }
    life.lookAtAll();
    life.judge().close();
    Audit audit = new Audit(disk);
    audit.check(true);
    promises.verify();
    SmallBlockSpace blocks = life.world.blocks;
    if (!blocks.usedBlocks().equals(audit.blocks())) {
      throw new AssertionError("used " + blocks.usedBlocks() + ", content " + audit.blocks());
    }
    if (blocks.reserved() != 0 || blocks.pinningTransactions() != 0) {
      throw new AssertionError("reserved " + blocks.reserved() + " when nothing is open");
    }
  }
}
