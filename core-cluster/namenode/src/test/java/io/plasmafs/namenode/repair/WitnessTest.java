package io.plasmafs.namenode.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.repair.Witness.Care;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// A copy that stays is asked for just before another is given up.
class WitnessTest {
  private static final int BLOCK = 65536;
  private static final InodeId INODE = new InodeId(42);
  private static final DatanodeId NODE = new DatanodeId(1);
  private static final Replica REPLICA = new Replica(NODE, 100);
  private static final Extent RUN = new Extent(0, 3, 7, List.of(REPLICA), Checksums.of(11, 12, 13));

  private final Held held = new Held();
  private final List<CopyFault> told = new ArrayList<>();
  private final Witness witness =
      new Witness(held, BLOCK, new Pace(1L << 40, System::nanoTime), told::add);

  /// A datanode that answers from a table, and notes whether it was to read.
  private static final class Held implements RepairLinks {
    private final TreeMap<Long, StoredBlock> blocks = new TreeMap<>();
    private int verified;

    Held() {
      for (int i = 0; i < 3; i++) {
        put(100 + i, 7, BLOCK, 11 + i);
      }
    }

    void put(long block, long generation, int length, int checksum) {
      blocks.put(block, new StoredBlock(block, generation, length, checksum));
    }

    @Override
    public CompletableFuture<Void> copy(CopyOrder order) {
      throw new AssertionError("nothing is to be copied");
    }

    @Override
    public CompletableFuture<List<StoredBlock>> inventory(String address, long first, int count) {
      return CompletableFuture.completedFuture(
          List.copyOf(blocks.subMap(first, first + count).values()));
    }

    @Override
    public CompletableFuture<Long> damagedBlocks(String address) {
      return CompletableFuture.completedFuture(0L);
    }

    @Override
    public CompletableFuture<List<StoredBlock>> verify(String address, long first, int count) {
      verified += count;
      return inventory(address, first, count);
    }
  }

  private static Sites sites(Datanode.State state) {
    Datanode datanode =
        new Datanode(NODE, "0".repeat(32), "localhost:1", "", "host", "", state, 1000, 0, 0, 0, 1);
    return new SiteWatch(Duration.ZERO, System::nanoTime).look(List.of(datanode));
  }

  private void look(Care care, Datanode.State state) throws InterruptedException {
    witness.requireSound(INODE, RUN, REPLICA, new StoredRun(REPLICA, 7), sites(state), care);
  }

  private void assertRefused(CopyFault.Kind kind) {
    assertThatThrownBy(() -> look(Care.BYTES, Datanode.State.ALIVE))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EIO));
    assertThat(told).hasSize(1);
    assertThat(told.get(0).kind()).isEqualTo(kind);
    assertThat(told.get(0).run()).isEqualTo(new StoredRun(REPLICA, 7));
  }

  @Test
  void aSoundCopyIsReadThrough() throws InterruptedException {
    look(Care.BYTES, Datanode.State.ALIVE);
    assertThat(held.verified).isEqualTo(3);
    look(Care.RECORDS, Datanode.State.ALIVE);
    assertThat(held.verified).isEqualTo(3);
    assertThat(told).isEmpty();
  }

  @Test
  void anotherGenerationIsNoCopy() {
    held.put(101, 8, BLOCK, 12);
    assertRefused(CopyFault.Kind.MISSING);
  }

  @Test
  void aBlockThatWasNeverWrittenIsNoCopy() {
    held.blocks.remove(102L);
    assertRefused(CopyFault.Kind.MISSING);
  }

  @Test
  void aDamagedBlockIsNoCopy() {
    held.put(102, 7, 0, 13);
    assertRefused(CopyFault.Kind.DAMAGED);
  }

  @Test
  void aBlockWithAnotherChecksumThanTheFileHasIsNoCopy() {
    held.put(100, 7, BLOCK, 99);
    assertRefused(CopyFault.Kind.CHECKSUM);
  }

  @Test
  void whoCannotBeAskedIsNoWitness() {
    for (Datanode.State state : List.of(Datanode.State.DEAD, Datanode.State.DISABLED)) {
      assertThatThrownBy(() -> look(Care.RECORDS, state))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EUNAVAIL));
    }
  }
}
