package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a program does not close is noticed when it is collected, and what it held is let go: locks
/// and blocks at the namenode, memory in the client.
class ForgottenTest {
  private static final int LENGTH = 20 << 20;

  private static TestCluster cluster;
  private static PlasmaClient other;

  private PlasmaClient client;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().datanodeBytes(256L << 20).start();
    other = cluster.connect();
    other.write("/large", bytes(LENGTH));
  }

  @AfterAll
  static void stop() {
    other.close();
    cluster.close();
  }

  @BeforeEach
  void connect() {
    client = PlasmaClient.connect(cluster.config().withLeakDetection(true));
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private void awaitCollected(int count) {
    Eventually.await(
        count + " to be found",
        () -> {
          System.gc();
          return client.leaked() >= count;
        });
    assertThat(client.leaked()).isEqualTo(count);
  }

  private static void forgetTransaction(PlasmaClient client) {
    Transaction tx = client.begin();
    tx.mkdir("/taken");
  }

  @Test
  void aTransactionLetsGoOfItsLocks() {
    forgetTransaction(client);
    awaitCollected(1);
    // Is told of a conflict until the abort has arrived, and tries again.
    Object unused = other.mkdirs("/taken");
    other.rmdir("/taken");
  }

  private static void forgetInput(PlasmaClient client) throws IOException {
    PlasmaInputStream in = client.openInput("/large");
    // Several pieces are asked for beforehand.
    assertThat(in.readNBytes(5 << 20)).hasSize(5 << 20);
    assertThat(client.bufferBytesInUse()).isPositive();
  }

  @Test
  void anInputStreamGivesItsBuffersBack() throws IOException {
    for (int i = 0; i < 3; i++) {
      forgetInput(client);
    }
    awaitCollected(3);
    Eventually.await("the buffers", () -> client.bufferBytesInUse() == 0);
  }

  private static void forgetOutput(PlasmaClient client, String path) throws IOException {
    PlasmaOutputStream out = client.openOutput(path);
    out.write(bytes((3 << 20) + 1));
    assertThat(client.bufferBytesInUse()).isPositive();
  }

  @Test
  void anOutputStreamGivesItsBuffersAndItsFileBack() throws IOException {
    for (int i = 0; i < 3; i++) {
      forgetOutput(client, "/out" + i);
    }
    awaitCollected(3);
    Eventually.await("the buffers", () -> client.bufferBytesInUse() == 0);
    for (int i = 0; i < 3; i++) {
      assertThat(other.exists("/out" + i)).isFalse();
      other.write("/out" + i, new byte[1]);
    }
  }

  private static void forgetFile(PlasmaClient client) throws IOException {
    PlasmaFile file = client.openFile("/large");
    assertThat(file.read(ByteBuffer.allocate(100_000), 1000)).isEqualTo(100_000);
  }

  @Test
  void aFileIsFound() throws IOException {
    forgetFile(client);
    awaitCollected(1);
    Eventually.await("the buffers", () -> client.bufferBytesInUse() == 0);
  }

  private static void forgetChannel(PlasmaClient client) throws IOException {
    PlasmaChannel channel = client.openChannel("/channel", WriteOptions.UPDATE);
    assertThat(channel.write(ByteBuffer.wrap(bytes(6 << 20)))).isEqualTo(6 << 20);
  }

  @Test
  void aChannelChangesNothing() throws IOException {
    forgetChannel(client);
    awaitCollected(1);
    assertThat(other.exists("/channel")).isFalse();
    other.write("/channel", new byte[1]);
  }
}
