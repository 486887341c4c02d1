package io.plasmafs.namenode.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.metadata.FileExtent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RepairPlannerTest {
  private static final Map<DatanodeId, Standing> STANDINGS =
      Map.of(
          new DatanodeId(1), Standing.SERVING,
          new DatanodeId(2), Standing.SERVING,
          new DatanodeId(3), Standing.AWAY,
          new DatanodeId(4), Standing.LEAVING,
          new DatanodeId(5), Standing.LOST,
          new DatanodeId(6), Standing.DISABLED);

  private static Replica on(int datanode) {
    return new Replica(new DatanodeId(datanode), 100);
  }

  private static FileExtent file(long inode, int replication, int... datanodes) {
    List<Replica> replicas = Arrays.stream(datanodes).mapToObj(RepairPlannerTest::on).toList();
    return new FileExtent(
        new InodeId(inode), replication, new Extent(0, 8, inode, replicas, Checksums.NONE));
  }

  private static RepairPlanner shown(Set<StoredRun> damaged, int most, FileExtent... files) {
    RepairPlanner planner = new RepairPlanner(STANDINGS, damaged::contains, most);
    Arrays.stream(files).forEach(planner::visit);
    return planner;
  }

  private static RepairTask only(FileExtent file) {
    return shown(Set.of(), 10, file).tasks().iterator().next();
  }

  @Test
  void nothingIsDoneForFilesThatHaveTheirCopies() {
    RepairPlanner planner = shown(Set.of(), 10, file(7, 2, 1, 2), file(8, 2, 1, 3));
    assertThat(planner.tasks()).isEmpty();
    assertThat(planner.runs()).isEqualTo(2);
  }

  @Test
  void lostCopiesAreMadeAnewAndThenGivenUp() {
    RepairTask task = only(file(7, 2, 1, 5));
    assertThat(task.needsCopy()).isTrue();
    assertThat(task.sources()).containsExactly(on(1));
    assertThat(task.with(on(2), 0, true)).containsExactly(on(1), on(2));
    // of three, two are still missing: what is lost may come back and is not given up yet
    assertThat(only(file(7, 3, 1, 5)).with(on(2), 0, true)).containsExactly(on(1), on(2), on(5));
  }

  @Test
  void aDatanodeThatIsEmptiedIsReadAndDoesNotCount() {
    RepairTask task = only(file(7, 2, 1, 4));
    assertThat(task.needsCopy()).isTrue();
    assertThat(task.sources()).containsExactly(on(1), on(4));
    assertThat(task.with(on(2), 0, true)).containsExactly(on(1), on(2));
  }

  @Test
  void aDisabledDatanodeCountsButForWhatIsEmptied() {
    assertThat(shown(Set.of(), 10, file(7, 2, 1, 6)).tasks()).isEmpty();
    // it could not be asked whether its copy is good when the other is given up
    RepairTask task = only(file(7, 2, 4, 6));
    assertThat(task.sources()).containsExactly(on(4));
    assertThat(task.with(on(1), 0, true)).containsExactly(on(1), on(6), on(4));
    RepairTask next = only(file(7, 2, 1, 6, 4));
    assertThat(next.with(on(2), 0, true)).containsExactly(on(1), on(2), on(6));
    assertThat(only(file(7, 1, 1, 6, 4)).staying()).containsExactly(on(1), on(6));
    // and is given up when the datanode is empty
    assertThat(only(file(7, 2, 1, 2, 6)).staying()).containsExactly(on(1), on(2));
  }

  @Test
  void whatIsTooMuchIsGivenUpWhereItCannotBeRead() {
    RepairTask task = only(file(7, 2, 3, 1, 2));
    assertThat(task.needsCopy()).isFalse();
    assertThat(task.kept()).containsExactly(on(1), on(2));
  }

  @Test
  void damagedCopiesAreNeitherReadNorKept() {
    Set<StoredRun> damaged = Set.of(new StoredRun(on(1), 7));
    RepairTask task = shown(damaged, 10, file(7, 2, 1, 2)).tasks().iterator().next();
    assertThat(task.sources()).containsExactly(on(2));
    assertThat(task.kept()).containsExactly(on(2));
    // the same blocks, given to another run since
    assertThat(shown(damaged, 10, file(8, 2, 1, 2)).tasks()).isEmpty();
  }

  @Test
  void theMostEndangeredComeFirstAndAreKeptWhenThereIsTooMuch() {
    FileExtent surplus = file(1, 1, 1, 2);
    FileExtent two = file(2, 3, 1, 2);
    FileExtent one = file(3, 3, 1, 5);
    RepairPlanner planner = shown(Set.of(), 10, surplus, two, one);
    assertThat(planner.tasks())
        .extracting(task -> task.inode().value())
        .containsExactly(3L, 2L, 1L);
    assertThat(shown(Set.of(), 1, surplus, two, one).tasks())
        .extracting(task -> task.inode().value())
        .containsExactly(3L);
  }

  @Test
  void whatNobodyCanReadIsCounted() {
    RepairPlanner planner = shown(Set.of(), 10, file(1, 2, 5), file(2, 2, 3));
    assertThat(planner.tasks()).isEmpty();
    assertThat(planner.lost()).isEqualTo(2);
  }

  @Test
  void aPartOfARunIsMovedWithinIt() {
    RepairTask task = only(file(7, 3, 1, 2));
    assertThat(task.with(on(3), 5, true))
        .containsExactly(
            new Replica(new DatanodeId(1), 105), new Replica(new DatanodeId(2), 105), on(3));
  }
}
