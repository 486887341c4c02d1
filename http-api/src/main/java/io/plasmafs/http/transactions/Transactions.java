package io.plasmafs.http.transactions;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.commits.Requirements;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonInput;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The requests about a transaction itself: opened, looked at, renewed, committed, aborted.
public final class Transactions {
  private static final String BASE = "/v1/tx/";
  private static final long DEFAULT_LEASE_SECONDS = 60;
  private static final int MAX_BODY = 1 << 20;

  private final OpenTransactions transactions;
  private final String owner;

  /// @param owner the user for whom all transactions act
  public Transactions(OpenTransactions transactions, String owner) {
    this.transactions = transactions;
    this.owner = owner;
  }

  /// Opens one: `?lease` says after how many seconds without a request it is aborted.
  public void open(Exchange exchange) throws IOException {
    exchange.query().allow("lease");
    OpenTransaction opened = transactions.open(lease(exchange).orElse(seconds()));
    exchange.header("Location", BASE + opened.id()).send(201, describe(opened));
  }

  private static Duration seconds() {
    return Duration.ofSeconds(DEFAULT_LEASE_SECONDS);
  }

  private static Optional<Duration> lease(Exchange exchange) {
    return exchange
        .query()
        .number("lease", 1, OpenTransactions.LONGEST_LEASE.toSeconds())
        .map(Duration::ofSeconds);
  }

  /// Shows one: state, what was done in it, how long it may stay unused.
  public void show(Exchange exchange) throws IOException {
    exchange.query().allow();
    String id = exchange.variable(OpenTransactions.VARIABLE);
    Optional<OpenTransaction> found = transactions.find(id);
    exchange.header("Cache-Control", "no-store");
    exchange.send(200, found.isPresent() ? describe(found.get()) : describe(id));
  }

  /// One that this gateway does not hold: the cluster knows what was committed.
  private JsonObject describe(String id) {
    PlasmaClient.CommitOutcome outcome = transactions.outcomeOf(id);
    JsonObject out = new JsonObject().put("id", id);
    switch (outcome.state()) {
      case UNKNOWN -> throw Problem.notFound("there is no transaction " + id);
      case IN_PROGRESS -> out.put("state", "committing");
      case ABORTED -> out.put("state", "aborted");
      case DONE -> out.put("state", "committed").put("commit", outcome.sequence());
    }
    return out;
  }

  private JsonObject describe(OpenTransaction transaction) {
    OpenTransaction.Snapshot now = transaction.snapshot();
    JsonObject out =
        new JsonObject()
            .put("id", transaction.id())
            .put("state", now.state().name().toLowerCase(Locale.ROOT))
            .put("owner", owner)
            .put("operations", now.operations())
            .put("bytes", now.bytes())
            .put("files", BASE + transaction.id() + "/fs/");
    switch (now.state()) {
      case OPEN, COMMITTING ->
          out.put("leaseSeconds", now.lease().toSeconds())
              .put("secondsLeft", now.left().toSeconds())
              .put("requests", now.requests())
              .put("incomplete", List.copyOf(now.spoilt().keySet()));
      case COMMITTED -> out.put("commit", now.commit());
      case ABORTED, EXPIRED -> {}
    }
    return out;
  }

  /// Lets its lease begin anew, `?lease` with another length.
  public void renew(Exchange exchange) throws IOException {
    exchange.query().allow("lease");
    OpenTransaction transaction = transactions.of(exchange);
    transaction.renew(lease(exchange).orElse(transaction.snapshot().lease()));
    // The namenode has to hear of it as well.
    var unused = transaction.transaction().versions(List.of());
    exchange.send(200, describe(transaction));
  }

  /// Undoes all that was done in it.
  public void abort(Exchange exchange) throws IOException {
    exchange.query().allow();
    OpenTransaction transaction = transactions.of(exchange);
    if (transaction.abort()) {
      transaction.transaction().abort();
    } else if (transaction.snapshot().state() == OpenTransaction.State.COMMITTED) {
      throw Problem.of(
          409,
          "transaction-ended",
          "the transaction has ended",
          "it was committed and cannot be undone");
    }
    exchange.send(204);
  }

  /// Makes all of it visible in one step. A body of JSON may `require` what the commit must find.
  /// Asked again, it answers as before.
  public void commit(Exchange exchange) throws IOException {
    exchange.query().allow();
    List<Operation> requirements = requirements(exchange);
    String id = exchange.variable(OpenTransactions.VARIABLE);
    Optional<OpenTransaction> found = transactions.find(id);
    if (found.isEmpty()) {
      PlasmaClient.CommitOutcome outcome = transactions.outcomeOf(id);
      if (outcome.state() != PlasmaClient.CommitOutcome.State.DONE) {
        throw Problem.notFound(
            "there is no transaction " + id + ": it ended with the gateway that it was opened at");
      }
      exchange.send(200, new JsonObject().put("commit", outcome.sequence()));
      return;
    }
    OpenTransaction transaction = found.get();
    OpenTransaction.Snapshot before = transaction.snapshot();
    long commit =
        before.state() == OpenTransaction.State.COMMITTED
            ? before.commit()
            : commit(transaction, requirements);
    exchange.send(200, new JsonObject().put("commit", commit));
  }

  private long commit(OpenTransaction transaction, List<Operation> requirements) {
    transaction.beginCommit();
    try {
      if (!requirements.isEmpty()) {
        var unused = transaction.transaction().execute(requirements);
      }
      long sequence = transaction.transaction().commit();
      transaction.committed(sequence);
      return sequence;
    } catch (FsException e) {
      transaction.commitFailed();
      if (e.status() == FsStatus.EUNKNOWN) {
        // Whoever asks again is to be told what the cluster knows by then.
        transactions.forget(transaction);
      }
      throw e;
    }
  }

  private static List<Operation> requirements(Exchange exchange) throws IOException {
    byte[] body = exchange.body().readAll(MAX_BODY);
    if (body.length == 0) {
      return List.of();
    }
    return Requirements.of(JsonInput.parse(body).allow("require"));
  }
}
