package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.tree.TransferListener;
import io.plasmafs.client.tree.TreeOptions;
import io.plasmafs.client.tree.TreeUpload;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The last free blocks of a cluster of one datanode: whoever needs no more than these gets them.
class SpaceTest {
  private static final int BLOCK = 64 << 10;

  /// More than the runs of growing length that fit (16, 32 and 64 blocks), and fewer than with one
  /// more.
  private static final int LEFT = 200;

  @TempDir Path directory;

  private static TestCluster.Options small() {
    return TestCluster.options().datanodes(1).replication(1).datanodeBytes(32 << 20);
  }

  /// Leaves [#LEFT] blocks free.
  private static void fill(PlasmaClient client) {
    int blocks = (int) client.status().datanodes().get(0).blocks();
    client.write("/full", bytes((blocks - LEFT) * BLOCK));
  }

  private static byte[] rest() {
    return bytes(LEFT * BLOCK);
  }

  @Test
  void aStreamOfUnknownLengthGetsTheLastFreeBlocks() throws IOException {
    try (TestCluster cluster = small().start();
        PlasmaClient client = cluster.connect()) {
      fill(client);
      try (PlasmaOutputStream out = client.openOutput("/rest")) {
        out.write(rest());
      }
      assertThat(client.readAll("/rest")).isEqualTo(rest());
    }
  }

  @Test
  void aStreamThatNeedsOneBlockMoreThanThereIsFailsAndLeavesNothing() {
    try (TestCluster cluster = small().start();
        PlasmaClient client = cluster.connect()) {
      fill(client);
      assertThatThrownBy(
              () -> {
                try (PlasmaOutputStream out = client.openOutput("/rest")) {
                  out.write(rest());
                  out.write(1);
                }
              })
          .isInstanceOfSatisfying(
              PlasmaIOException.class,
              e -> assertThat(e.failure().status()).isEqualTo(FsStatus.ENOSPC));
      assertThat(client.exists("/rest")).isFalse();
    }
  }

  @Test
  void severalStreamsShareTheLastFreeBlocks() throws IOException {
    byte[] third = bytes(LEFT / 3 * BLOCK);
    try (TestCluster cluster = small().start();
        PlasmaClient client = cluster.connect();
        Transaction transaction = client.begin()) {
      fill(client);
      try (PlasmaOutputStream a = transaction.openOutput("/a");
          PlasmaOutputStream b = transaction.openOutput("/b");
          PlasmaOutputStream c = transaction.openOutput("/c")) {
        a.expect(third.length);
        b.expect(third.length);
        c.expect(third.length);
        for (int at = 0; at < third.length; at += BLOCK) {
          a.write(third, at, BLOCK);
          b.write(third, at, BLOCK);
          c.write(third, at, BLOCK);
        }
      }
      transaction.commit();
      assertThat(client.readAll("/a")).isEqualTo(third);
      assertThat(client.readAll("/b")).isEqualTo(third);
      assertThat(client.readAll("/c")).isEqualTo(third);
    }
  }

  @Test
  void aFileOfKnownLengthReservesItsBlocksAndNoMore() throws IOException {
    Path source = Files.write(directory.resolve("source"), bytes(100 * BLOCK));
    try (TestCluster cluster = small().start();
        PlasmaClient client = cluster.connect();
        Transaction transaction = client.begin()) {
      var unused =
          new TreeUpload(transaction, TreeOptions.DEFAULT, TransferListener.SILENT)
              .copy(source, FsPath.of("/target"));
      assertThat(client.status().datanodes().get(0).reserved()).isEqualTo(100);
    }
  }
}
