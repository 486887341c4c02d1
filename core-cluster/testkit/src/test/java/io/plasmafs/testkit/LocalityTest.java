package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlacedRange;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Programs learn where bytes are, and wish where they go.
class LocalityTest {
  private static final long BLOCK = 64 << 10;

  private static List<PlacedRange> locate(PlasmaClient client, String path) {
    return client.locate(FsPath.of(path), 0, Long.MAX_VALUE);
  }

  @Test
  void firstCopiesAreWhereTheyAreWished() throws IOException {
    try (TestCluster cluster = TestCluster.options().datanodes(4).start();
        PlasmaClient client = cluster.connect()) {
      for (int i = 0; i < 12; i++) {
        String host = "host" + i % 4;
        WriteOptions options = WriteOptions.DEFAULT.withHost(host);
        String whole = "/whole" + i;
        client.write(Location.of(FsPath.of(whole)), ByteBuffer.allocate(200_000), options);
        String stream = "/stream" + i;
        try (PlasmaOutputStream out = client.openOutput(Location.of(FsPath.of(stream)), options)) {
          out.write(new byte[1_500_000]);
        }
        assertThat(locate(client, whole)).allSatisfy(range -> assertIsOn(host, range));
        assertThat(locate(client, stream)).allSatisfy(range -> assertIsOn(host, range));
      }
      client.write(
          Location.of(FsPath.of("/elsewhere")),
          ByteBuffer.allocate(200_000),
          WriteOptions.DEFAULT.withHost("no such host"));
      assertThat(locate(client, "/elsewhere"))
          .allSatisfy(range -> assertThat(range.hosts()).hasSize(2));
    }
  }

  private static void assertIsOn(String host, PlacedRange range) {
    assertThat(range.hosts()).hasSize(2).startsWith(host);
  }

  @Test
  void rangesCoverWhatIsAskedFor() {
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connect()) {
      // blocks 0 to 2, a hole, and an end in the middle of a block
      client.write("/file", new byte[(int) (3 * BLOCK)]);
      client.truncate(Location.of(FsPath.of("/file")), 10 * BLOCK + 1);
      client.write("/small", new byte[100]);

      List<PlacedRange> all = locate(client, "/file");
      long at = 0;
      for (PlacedRange range : all) {
        assertThat(range.offset()).isEqualTo(at);
        at += range.length();
        assertThat(range.hosts()).hasSize(range.offset() < 3 * BLOCK ? 2 : 0);
      }
      assertThat(at).isEqualTo(10 * BLOCK + 1);

      List<PlacedRange> part = client.locate(FsPath.of("/file"), 3 * BLOCK - 5, 10);
      assertThat(part).hasSize(2);
      assertThat(part).extracting(PlacedRange::length).containsExactly(5L, 5L);
      assertThat(part.get(1).datanodes()).isEmpty();

      assertThat(client.locate(FsPath.of("/file"), 11 * BLOCK, 5)).isEmpty();
      assertThat(locate(client, "/small")).containsExactly(new PlacedRange(0, 100, List.of()));
      assertThatThrownBy(() -> client.locate(FsPath.of("/file"), -1, 5))
          .isInstanceOf(FsException.class);
    }
  }
}
