package io.plasmafs.testkit.contract;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.testkit.TestCluster;
import org.jspecify.annotations.Nullable;

/// `java.nio.file` on a client. It cannot make two names change places, remove trees in one step,
/// or choose between setting and replacing an extended attribute.
class NioContractTest extends FilesystemContract
    implements NamesContract,
        RenameContract,
        HardLinksContract,
        SymlinksContract,
        ContentContract,
        RandomAccessContract,
        OpenFilesContract,
        AttributesContract,
        PermissionsContract,
        VersionsContract,
        TransactionsContract,
        ConcurrencyContract {
  private final TestCluster cluster = TestCluster.options().start();
  private @Nullable PlasmaClient client;

  @Override
  protected FilesystemUnderTest open() {
    PlasmaClient connected =
        PlasmaClient.connect(cluster.config().withPrincipal(ContractCase.ROOT));
    client = connected;
    return new NioUnderTest(connected);
  }

  @Override
  protected void close() {
    if (client != null) {
      client.close();
    }
    cluster.close();
  }

  @Override
  public boolean keepsIdleSlashesOfTargets() {
    return false;
  }

  @Override
  public boolean hasTimeOfServer() {
    return false;
  }
}
