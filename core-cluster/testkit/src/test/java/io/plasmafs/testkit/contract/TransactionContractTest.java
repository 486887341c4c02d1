package io.plasmafs.testkit.contract;

import io.plasmafs.testkit.TestCluster;
import org.jspecify.annotations.Nullable;

/// The client within one transaction for each case.
class TransactionContractTest extends CaseInTransaction
    implements NamesContract,
        TreesContract,
        RenameContract,
        ExchangeContract,
        HardLinksContract,
        SymlinksContract,
        ContentContract,
        RandomAccessContract,
        AttributesContract,
        XattrsContract {
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
