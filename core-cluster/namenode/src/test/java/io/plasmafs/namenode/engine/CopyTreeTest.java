package io.plasmafs.namenode.engine;

import static io.plasmafs.namenode.engine.NamespaceTest.chmod;
import static io.plasmafs.namenode.engine.NamespaceTest.createFile;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdir;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdirs;
import static io.plasmafs.namenode.engine.NamespaceTest.read;
import static io.plasmafs.namenode.engine.NamespaceTest.removeTree;
import static io.plasmafs.namenode.engine.NamespaceTest.rename;
import static io.plasmafs.namenode.engine.NamespaceTest.stat;
import static io.plasmafs.namenode.engine.NamespaceTest.symlink;
import static io.plasmafs.namenode.engine.NamespaceTest.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.simulation.Audit;
import io.plasmafs.namenode.simulation.World;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Copies of trees, made by the engine.
final class CopyTreeTest {
  private final World world = World.quiet();
  private final Session root = world.root();
  private final Session ann = world.session("ann", "staff");

  private static Operation copy(String from, String to) {
    return new Operation.CopyTree(Location.of(from), Location.of(to), false);
  }

  private static Operation preserve(String from, String to) {
    return new Operation.CopyTree(Location.of(from), Location.of(to), true);
  }

  private static Operation xattr(String path, String name, String value) {
    return new Operation.SetXattr(
        Location.of(path),
        false,
        XattrMode.SET,
        XattrName.of(name),
        Bytes.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }

  private Attributes attributes(String path) {
    Operation lstat = new Operation.Stat(Location.of(path), false);
    return ((Outcome.Inode) world.ok(root, lstat)).attributes();
  }

  private String content(String path) {
    Outcome.Body body = ((Outcome.Content) world.ok(root, read(path))).body();
    return body instanceof Outcome.Body.Inline(Bytes bytes)
        ? new String(bytes.toArray(), StandardCharsets.UTF_8)
        : "";
  }

  private static Outcome.Copied copied(Outcome outcome) {
    return (Outcome.Copied) outcome;
  }

  private void audit() {
    world.settle();
    new Audit(world.disk).check(true);
  }

  // src
  // ├── d            xattr, mode 750
  // │   ├── empty
  // │   └── f        "inside"
  // ├── f            "hello", xattr
  // ├── hole         100 000 bytes without any content
  // └── link -> d/f
  private void makeTree() {
    world.ok(
        root,
        mkdirs("/src/d/empty"),
        chmod("/src/d", 0750),
        xattr("/src/d", "user.of", "directory"),
        createFile("/src/d/f"),
        write("/src/d/f", "inside"),
        createFile("/src/f"),
        write("/src/f", "hello"),
        xattr("/src/f", "user.of", "file"),
        createFile("/src/hole"),
        NamespaceTest.resize("/src/hole", 100_000),
        symlink("/src/link", "d/f"));
  }

  private void makeLargeTree(int directories, int files) {
    for (int d = 0; d < directories; d++) {
      List<Operation> operations = new ArrayList<>();
      operations.add(mkdirs("/src/d" + d));
      for (int f = 0; f < files; f++) {
        operations.add(createFile("/src/d" + d + "/f" + f));
        operations.add(write("/src/d" + d + "/f" + f, "content " + f));
      }
      world.ok(root, operations.toArray(Operation[]::new));
    }
  }

  @Test
  void copyHasEverythingButBlocks() {
    makeTree();
    Outcome.Copied copied = copied(world.ok(root, copy("/src", "/dst")));
    assertThat(copied.entries()).isEqualTo(7);
    assertThat(copied.unfilled()).isEmpty();
    assertThat(copied.inode()).isEqualTo(attributes("/dst").inode());
    assertThat(content("/dst/f")).isEqualTo("hello");
    assertThat(content("/dst/link")).isEqualTo("inside");
    assertThat(attributes("/dst/hole").size()).isEqualTo(100_000);
    assertThat(attributes("/dst/d").mode()).isEqualTo(0750);
    assertThat(attributes("/dst/d").size()).isEqualTo(2);
    assertThat(attributes("/dst").nlink()).isEqualTo(3);
    assertThat(attributes("/dst/d").nlink()).isEqualTo(3);
    for (String path : List.of("/dst/d", "/dst/f")) {
      Outcome value =
          world.ok(root, new Operation.GetXattr(Location.of(path), false, XattrName.of("user.of")));
      assertThat(((Outcome.Value) value).bytes().length()).isPositive();
    }
    world.ok(root, write("/src/f", "changed"));
    assertThat(content("/dst/f")).isEqualTo("hello");
    audit();
  }

  @Test
  void copyBelongsToWhoMadeItUnlessOwnersArePreserved() {
    makeTree();
    Instant time = Instant.ofEpochSecond(1_000_000);
    world.ok(
        root,
        chmod("/", 0777),
        chmod("/src/d", 0755),
        chmod("/src/f", 04755),
        new Operation.SetAttributes(
            Location.of("/src/f"),
            false,
            AttributeChanges.NONE.withOwner("bob").withMtime(TimeChange.to(time))));
    world.ok(ann, copy("/src", "/dst"));
    assertThat(attributes("/dst/f").owner()).isEqualTo("ann");
    assertThat(attributes("/dst/f").mode()).isEqualTo(0755);
    assertThat(attributes("/dst/f").mtime()).isAfter(time);
    world.ok(root, preserve("/src", "/same"));
    assertThat(attributes("/same/f").owner()).isEqualTo("bob");
    assertThat(attributes("/same/f").mode()).isEqualTo(04755);
    assertThat(attributes("/same/f").mtime()).isEqualTo(time);
    assertThat(attributes("/same/d").mtime()).isEqualTo(attributes("/src/d").mtime());
    assertThat(world.status(ann, preserve("/src", "/no"))).isEqualTo(FsStatus.EPERM);
    audit();
  }

  @Test
  void singleFilesAndLinksAreCopiedToo() {
    makeTree();
    assertThat(copied(world.ok(root, copy("/src/f", "/f"))).entries()).isEqualTo(1);
    assertThat(content("/f")).isEqualTo("hello");
    world.ok(root, copy("/src/link", "/src/other"));
    assertThat(attributes("/src/other").isSymlink()).isTrue();
    assertThat(content("/src/other")).isEqualTo("inside");
    audit();
  }

  @Test
  void copyIsRefusedWhereItCannotBe() {
    makeTree();
    world.ok(root, chmod("/src/d", 0700), chmod("/", 0777));
    assertThat(world.status(root, copy("/src", "/src/f"))).isEqualTo(FsStatus.EEXIST);
    assertThat(world.status(root, copy("/src", "/src/d/copy"))).isEqualTo(FsStatus.EHIER);
    assertThat(world.status(root, copy("/none", "/dst"))).isEqualTo(FsStatus.ENOENT);
    assertThat(world.status(root, copy("/src", "/none/dst"))).isEqualTo(FsStatus.ENOENT);
    assertThat(world.status(ann, copy("/src", "/dst"))).isEqualTo(FsStatus.EACCES);
    assertThat(world.status(ann, copy("/src/f", "/src/g"))).isEqualTo(FsStatus.EACCES);
    audit();
  }

  @Test
  void largeCopyAppearsInOneStepAndOthersWorkMeanwhile() {
    makeLargeTree(5, 700);
    AtomicReference<Answer> answer = new AtomicReference<>();
    world.engine.submit(
        root, new Compound(0, Optional.empty(), List.of(copy("/src", "/dst"))), answer::set);
    int rounds = 0;
    while (answer.get() == null) {
      boolean unused = world.move();
      AtomicReference<Answer> other = new AtomicReference<>();
      world.engine.submit(
          root, new Compound(0, Optional.empty(), List.of(stat("/dst"))), other::set);
      for (int i = 0; i < 3 && other.get() == null; i++) {
        unused = world.move();
      }
      assertThat(other.get()).isNotNull();
      if (answer.get() == null) {
        assertThat(other.get().failure().orElseThrow().cause().status()).isEqualTo(FsStatus.ENOENT);
      }
      rounds++;
    }
    assertThat(rounds).isGreaterThan(5);
    assertThat(answer.get().failure()).isEmpty();
    assertThat(copied(answer.get().outcomes().get(0)).entries()).isEqualTo(3506);
    assertThat(content("/dst/d4/f699")).isEqualTo("content 699");
    audit();
  }

  @Test
  void copyThatIsGivenUpLeavesNothing() {
    makeLargeTree(3, 700);
    int inodes = world.disk.inodes.size();
    world.begin(root, 1);
    world.ok(root, 1, copy("/src", "/dst"));
    assertThat(world.disk.inodes.size()).isGreaterThan(inodes);
    world.ok(root, 1, new Operation.Abort());
    world.settle();
    assertThat(world.disk.inodes).hasSize(inodes);
    audit();
  }

  @Test
  void copyThatFailsHalfwayLeavesNothingAndTheTransactionGoesOn() {
    makeLargeTree(3, 700);
    world.ok(root, chmod("/", 0777), chmod("/src/d2/f699", 0));
    int inodes = world.disk.inodes.size();
    world.begin(ann, 1);
    assertThat(world.status(ann, 1, copy("/src", "/dst"))).isEqualTo(FsStatus.EACCES);
    world.pass(java.time.Duration.ofSeconds(1));
    world.settle();
    world.pass(java.time.Duration.ofSeconds(1));
    world.settle();
    assertThat(world.disk.inodes).hasSize(inodes);
    world.ok(ann, 1, mkdir("/dst"));
    long unused = world.commit(ann, 1);
    assertThat(attributes("/dst").owner()).isEqualTo("ann");
    audit();
  }

  @Test
  void crashInTheMiddleLeavesNothing() {
    makeLargeTree(5, 700);
    int inodes = world.disk.inodes.size();
    world.engine.submit(
        root, new Compound(0, Optional.empty(), List.of(copy("/src", "/dst"))), answer -> {});
    while (world.disk.inodes.size() < inodes + 1000) {
      boolean unused = world.move();
    }
    World again = World.quiet(world.disk, EngineLimits.DEFAULT);
    again.settle();
    assertThat(again.disk.inodes).hasSize(inodes);
    assertThat(again.status(again.root(), stat("/dst"))).isEqualTo(FsStatus.ENOENT);
    new Audit(again.disk).check(true);
  }

  @Test
  void nobodyEntersAnUnfinishedCopyByItsNumber() {
    makeLargeTree(5, 700);
    world.begin(root, 1);
    world.ok(root, 1, copy("/src", "/dst"));
    List<InodeId> without =
        world.disk.inodes.values().stream()
            .filter(inode -> inode.nlink() == 0)
            .map(InodeRecord::id)
            .toList();
    assertThat(without).hasSize(1);
    Operation enter =
        new Operation.Create(
            Location.of(without.get(0), Name.of("x")), Operation.CreateMode.EXCLUSIVE, 0644, 0);
    assertThat(world.status(root, enter)).isIn(FsStatus.ENOENT, FsStatus.ESTALE);
    world.ok(root, 1, createFile("/dst/d1/mine"));
    long unused = world.commit(root, 1);
    world.ok(root, createFile("/dst/x"), createFile("/dst/d2/x"));
    audit();
  }

  @Test
  void copyCanBeChangedMovedAndRemovedByItsTransaction() {
    makeTree();
    world.begin(root, 1);
    world.ok(
        root,
        1,
        copy("/src", "/dst"),
        write("/dst/f", "mine"),
        mkdir("/dst/new"),
        rename("/dst", "/src/moved"),
        copy("/src/moved", "/second"),
        removeTree("/src/moved/d"));
    long unused = world.commit(root, 1);
    assertThat(content("/src/moved/f")).isEqualTo("mine");
    assertThat(content("/second/f")).isEqualTo("mine");
    assertThat(attributes("/second/d/f").size()).isEqualTo(6);
    assertThat(world.status(root, stat("/src/moved/d"))).isEqualTo(FsStatus.ENOENT);
    assertThat(attributes("/src/moved").nlink()).isEqualTo(3);
    world.begin(root, 2);
    world.ok(root, 2, copy("/src", "/gone"), removeTree("/gone"));
    unused = world.commit(root, 2);
    audit();
  }

  @Test
  void filesWithBlocksAreLeftToBeFilled() {
    world.ok(root, mkdirs("/src/d"));
    world.begin(root, 1);
    world.ok(root, 1, createFile("/src/d/big"));
    attach(1, Location.of("/src/d/big"), 3);
    long unused = world.commit(root, 1);

    assertThat(world.status(root, copy("/src", "/dst"))).isEqualTo(FsStatus.EINVAL);
    world.begin(root, 2);
    Outcome.Copied copied = copied(world.ok(root, 2, copy("/src", "/dst")));
    assertThat(copied.entries()).isEqualTo(3);
    assertThat(copied.unfilled()).hasSize(1);
    Outcome.Unfilled file = copied.unfilled().get(0);
    assertThat(file.source()).isEqualTo(attributes("/src/d/big").inode());
    assertThat(file.size()).isEqualTo(3 * World.BLOCK_SIZE);
    // The original may go away meanwhile.
    world.ok(root, removeTree("/src"));
    world.ok(root, 2, new Operation.Read(Location.of(file.source()), false, 0, 3));
    attach(2, Location.of(file.copy()), 3);
    unused = world.commit(root, 2);
    assertThat(attributes("/dst/d/big").size()).isEqualTo(3 * World.BLOCK_SIZE);
    assertThat(attributes("/dst/d/big").blocks()).isEqualTo(3);
    audit();
  }

  private void attach(long transaction, Location where, int blocks) {
    Outcome given =
        world.ok(
            root, transaction, new Operation.Allocate(where, 0, blocks, 2, List.of(), Set.of()));
    Extent run = ((Outcome.Allocation) given).extents().get(0).extent();
    Extent written =
        new Extent(
            run.index(),
            run.count(),
            run.generation(),
            run.replicas(),
            Checksums.of(new int[blocks]));
    world.ok(
        root, transaction, new Operation.Attach(where, written, (long) blocks * World.BLOCK_SIZE));
  }
}
