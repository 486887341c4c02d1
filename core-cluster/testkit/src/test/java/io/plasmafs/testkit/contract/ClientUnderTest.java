package io.plasmafs.testkit.contract;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.Principal;
import io.plasmafs.testkit.TestCluster;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A client: each call is a transaction of its own. Others act through clients of theirs, which are
/// kept.
final class ClientUnderTest extends NamespaceUnderTest implements AutoCloseable {
  private final TestCluster cluster;
  private final PlasmaClient client;
  private final Map<Principal, ClientUnderTest> others = new ConcurrentHashMap<>();

  private ClientUnderTest(TestCluster cluster, PlasmaClient client) {
    super(client);
    this.cluster = cluster;
    this.client = client;
  }

  /// The client of the superuser.
  static ClientUnderTest of(TestCluster cluster) {
    return of(cluster, ContractCase.ROOT);
  }

  private static ClientUnderTest of(TestCluster cluster, Principal who) {
    return new ClientUnderTest(cluster, PlasmaClient.connect(cluster.config().withPrincipal(who)));
  }

  @Override
  public FilesystemUnderTest as(Principal who) {
    return others.computeIfAbsent(who, principal -> of(cluster, principal));
  }

  @Override
  public TransactionUnderTest begin() {
    return new Within(client.begin());
  }

  @Override
  public void close() {
    others.values().forEach(ClientUnderTest::close);
    client.close();
  }

  private static final class Within extends NamespaceUnderTest implements OpenTransaction {
    private final Transaction transaction;

    Within(Transaction transaction) {
      super(transaction);
      this.transaction = transaction;
    }

    @Override
    public Transaction transaction() {
      return transaction;
    }
  }
}
