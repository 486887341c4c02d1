package io.plasmafs.http.transactions;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.files.Scope;
import io.plasmafs.model.CommitToken;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The transactions of this gateway: at most so many at a time. Those that ended are remembered for
/// a while, so that whoever lost the answer of a commit can ask. After that, and after a restart,
/// the cluster's commit log tells what became of them.
public final class OpenTransactions implements AutoCloseable {
  /// The route variable that names one.
  public static final String VARIABLE = "id";

  /// The longest that one may be unused: what a namenode grants.
  public static final Duration LONGEST_LEASE = Duration.ofMinutes(10);

  private static final Duration MEMORY = Duration.ofMinutes(10);
  private static final int MAX_REMEMBERED = 4096;

  private final SecureRandom random = new SecureRandom();
  private final PlasmaClient client;
  private final int most;
  private final Map<String, OpenTransaction> transactions = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("leases").factory());

  /// @param most open at a time
  public OpenTransactions(PlasmaClient client, int most) {
    this.client = client;
    this.most = most;
    var unused = sweeper.scheduleWithFixedDelay(this::sweep, 500, 500, TimeUnit.MILLISECONDS);
  }

  /// Where requests work whose route names a transaction.
  public Scope.Source scopes() {
    return exchange -> new TransactionScope(of(exchange));
  }

  /// Opens one.
  ///
  /// @throws Problem 503 if too many are open
  OpenTransaction open(Duration lease) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    synchronized (this) {
      if (transactions.values().stream().filter(OpenTransaction::isLive).count() >= most) {
        throw Problem.of(
            503,
            "too-many-transactions",
            "too many transactions",
            most + " transactions are open, which is all that this server takes at a time");
      }
      if (transactions.size() >= MAX_REMEMBERED) {
        transactions.values().removeIf(transaction -> !transaction.isLive());
      }
      OpenTransaction opened =
          new OpenTransaction(id, client.begin(token(id), Optional.empty(), LONGEST_LEASE), lease);
      transactions.put(id, opened);
      return opened;
    }
  }

  /// The one that a request's route names, open or lately ended.
  ///
  /// @throws Problem 404 if there is none
  OpenTransaction of(Exchange exchange) {
    String id = exchange.variable(VARIABLE);
    return find(id)
        .orElseThrow(() ->
            Problem.notFound(
                "there is no transaction "
                    + id
                    + ": transactions end with the gateway that they were opened at; a GET of this"
                    + " one tells whether it was committed"));
  }

  Optional<OpenTransaction> find(String id) {
    return Optional.ofNullable(transactions.get(id));
  }

  /// Leaves it to the cluster to tell what became of one.
  void forget(OpenTransaction transaction) {
    transactions.remove(transaction.id());
  }

  /// The token under which a transaction is committed, whichever gateway asks.
  static CommitToken token(String id) {
    return CommitToken.ofKey("http transaction", id);
  }

  /// What the cluster knows of a commit that this gateway knows nothing of.
  PlasmaClient.CommitOutcome outcomeOf(String id) {
    return client.outcomeOf(token(id));
  }

  private void sweep() {
    long now = System.nanoTime();
    for (OpenTransaction one : transactions.values()) {
      if (one.expire(now)) {
        Thread.ofVirtual().name("expired " + one.id()).start(one.transaction()::abort);
      }
    }
    transactions.values().removeIf(one -> one.isForgotten(now, MEMORY));
  }

  /// Aborts all that are open.
  @Override
  public void close() {
    sweeper.shutdownNow();
    for (OpenTransaction one : transactions.values()) {
      if (one.abort()) {
        one.transaction().abort();
      }
    }
  }
}
