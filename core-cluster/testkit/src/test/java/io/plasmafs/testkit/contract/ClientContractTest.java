package io.plasmafs.testkit.contract;

import io.plasmafs.testkit.TestCluster;
import org.jspecify.annotations.Nullable;

/// The client, each call a transaction of its own.
class ClientContractTest extends FilesystemContract implements WholeContract {
  private final TestCluster cluster = TestCluster.options().start();
  private @Nullable ClientUnderTest client;

  @Override
  protected FilesystemUnderTest open() {
    client = ClientUnderTest.of(cluster);
    return client;
  }

  @Override
  protected void close() {
    if (client != null) {
      client.close();
    }
    cluster.close();
  }
}
