package io.plasmafs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.ClusterStatus;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RepairStatusTest {
  private static final ClusterDescription DESCRIPTION =
      new ClusterDescription("test", 64 << 10, 64 << 10, 0, 1, 1, 1);

  private static Datanode datanode(int id, Datanode.State state, long used) {
    return new Datanode(
        new DatanodeId(id), "0".repeat(32), "h:1", "", "h", "", state, 1000, used, 0, 0, 1);
  }

  private static String describe(Map<String, Long> counters, Datanode... datanodes) {
    ClusterStatus status =
        new ClusterStatus(DESCRIPTION, 1, List.of(), List.of(datanodes), 0, 1, counters);
    return RepairStatus.of(status).describe();
  }

  @Test
  void allCopiesAreThereWhereNothingIsMissing() {
    assertThat(
            describe(
                Map.of(),
                datanode(1, Datanode.State.ALIVE, 17),
                datanode(2, Datanode.State.DISABLED, 4),
                datanode(3, Datanode.State.DEAD, 0)))
        .startsWith("all copies are there");
  }

  @Test
  void copiesOnDeadDatanodesAreCountedBesideWhatIsToBeMended() {
    Datanode alive = datanode(1, Datanode.State.ALIVE, 17);
    assertThat(describe(Map.of(), alive, datanode(2, Datanode.State.DEAD, 5)))
        .startsWith("5 copies of blocks are on datanodes that are dead; 0 copies made");
    assertThat(describe(Map.of("repair_queue", 2L), alive, datanode(2, Datanode.State.DEAD, 1)))
        .startsWith(
            "1 copy of a block is on datanodes that are dead; 2 runs of blocks need copies");
  }
}
