package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaClient;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bits that flip on the disk of a datanode are found by its scrubber, though nobody reads the
/// file, and mended by the coordinator.
class ScrubberTest {
  private static byte[] content(int seed) {
    byte[] content = new byte[1 << 20];
    new Random(seed).nextBytes(content);
    return content;
  }

  @Test
  void flippedBitsAreMendedWhenTheScrubberFindsThem() throws Exception {
    try (TestCluster cluster =
            TestCluster.options()
                .datanode("scrub-bytes-per-second", "1073741824")
                .datanode("scrub-pause-millis", "200")
                .namenode("repair-interval-millis", "100")
                .namenode("repair-scan-millis", "600000")
                .start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      byte[] content = content(3);
      client.write("/file", content);
      FaultTest.damage(cluster.datanodeDirectory(0), content);

      Eventually.await(
          "a good copy", () -> client.status().counters().getOrDefault("repair_copies", 0L) >= 1);

      Eventually.await(
          "the end of the bad copy",
          () -> client.status().counters().getOrDefault("repair_damaged", 1L) == 0);
      assertThat(Checked.all(client).findings()).isEmpty();
    }
  }

  @Test
  void flippedBitsInOneCopyAndInTwoAreMendedFromWhatIsGood() throws Exception {
    try (TestCluster cluster =
            TestCluster.options()
                .datanodes(3)
                .replication(3)
                .datanode("scrub-bytes-per-second", "1073741824")
                .datanode("scrub-pause-millis", "200")
                .namenode("repair-interval-millis", "100")
                .namenode("repair-scan-millis", "500")
                .start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      byte[] one = content(1);
      byte[] two = content(2);
      Map<String, byte[]> files = Map.of("/one", one, "/two", two);
      files.forEach(client::write);
      FaultTest.damage(cluster.datanodeDirectory(0), one);
      FaultTest.damage(cluster.datanodeDirectory(1), two);
      FaultTest.damage(cluster.datanodeDirectory(2), two);

      Eventually.await(
          "good copies",
          () -> {
            Map<String, Long> figures = client.status().counters();
            return figures.getOrDefault("repair_copies", 0L) >= 3
                && figures.getOrDefault("repair_damaged", 1L) == 0;
          });

      assertThat(Checked.all(client).findings()).isEmpty();
      for (List<Integer> others : List.of(List.of(1, 2), List.of(0, 2), List.of(0, 1))) {
        others.forEach(cluster::stopDatanode);
        files.forEach((path, bytes) -> assertThat(client.readAll(path)).as(path).isEqualTo(bytes));
        others.forEach(cluster::startDatanode);
        cluster.awaitDatanodes(3);
      }
    }
  }
}
