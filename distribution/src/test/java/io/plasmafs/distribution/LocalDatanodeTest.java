package io.plasmafs.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.cli.CommandFailure;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LocalDatanodeTest {
  private static final ClusterSettings SETTINGS =
      new ClusterSettings("test", 3, 2, 64L << 20, 64 << 10, 0, Optional.empty(), "ann");

  /// A datanode that the cluster has given the number `listed`, of the process `process`.
  private static Datanode datanode(int listed, int process) {
    return new Datanode(
        new DatanodeId(listed),
        "0".repeat(32),
        SETTINGS.datanodeAddress(process),
        "",
        "datanode-" + process,
        "",
        Datanode.State.ALIVE,
        1024,
        0,
        0,
        0,
        1);
  }

  private static LocalDatanode of(String typed, Datanode... listed) {
    return LocalDatanode.of(typed, SETTINGS, List.of(listed));
  }

  @Test
  void processIsNamedAsInTheListOrByItsAddress() {
    Datanode[] all = {datanode(1, 1), datanode(2, 2), datanode(3, 3)};
    assertThat(of("datanode-2", all).number()).isEqualTo(2);
    assertThat(of("127.0.0.1:2733", all).number()).isEqualTo(3);
    assertThat(of("datanode-2", all)).hasToString("datanode-2");
  }

  @Test
  void processIsFoundWhileTheClusterCannotBeAsked() {
    assertThat(of("datanode-2").number()).isEqualTo(2);
  }

  @Test
  void datanodeThatCameBackUnderAnotherNumberHasBothNames() {
    Datanode[] all = {datanode(1, 1), datanode(2, 2), datanode(4, 3)};
    assertThat(of("datanode-4", all).number()).isEqualTo(3);
    assertThat(of("datanode-3", all).number()).isEqualTo(3);
    assertThat(of("datanode-3", all)).hasToString("datanode-3, which is listed as datanode-4,");
  }

  @Test
  void nameThatMayMeanTwoIsRefused() {
    assertThatThrownBy(() -> of("datanode-1", datanode(1, 2), datanode(2, 1)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("datanode-1 of the cluster is the process datanode-2")
        .hasMessageContaining("127.0.0.1:2732 or 127.0.0.1:2731");
    assertThat(of("127.0.0.1:2731", datanode(1, 2), datanode(2, 1)).number()).isEqualTo(1);
  }

  @Test
  void nameOfNoDatanodeIsRefused() {
    assertThatThrownBy(() -> of("datanode-7", datanode(1, 1)))
        .hasMessage(
            "datanode-7 is no datanode that plasma up runs here: there are datanode-1 to"
                + " datanode-3");
  }
}
