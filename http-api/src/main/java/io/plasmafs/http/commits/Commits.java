package io.plasmafs.http.commits;

import io.plasmafs.client.Committed;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.http.commits.CommitResult.Written;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonInput;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.files.Uploading;
import io.plasmafs.model.FsException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// POST of a commit: conditions and changes in one request, done once however often it is repeated
/// with the same `Idempotency-Key`, through any gateway, before and after a restart of anything.
public final class Commits {
  /// The route variable that names a key.
  public static final String KEY = "key";

  private static final int MAX_BODY = 8 << 20;

  /// Larger requests take a place, as they need memory.
  private static final int SMALL_BODY = 64 << 10;

  private static final int LARGE_AT_A_TIME = 3;
  private static final long BYTES_AT_A_TIME = 8L << 20;

  private final PlasmaClient client;
  private final CommitRecords records;
  private final RunningCommits running = new RunningCommits();
  private final FormCommit forms;
  private final Uploading large = new Uploading(LARGE_AT_A_TIME);

  /// Makes them with this client.
  public Commits(PlasmaClient client) {
    this.client = client;
    this.records = new CommitRecords(client);
    this.forms = new FormCommit(client, records);
  }

  /// Makes one.
  public void commit(Exchange exchange) throws Exception {
    switch (exchange.contentType()) {
      case "multipart/form-data" -> form(exchange);
      // What curl -d says of everything.
      case "application/json", "application/x-www-form-urlencoded", "" -> json(exchange);
      default ->
          throw Problem.unsupportedMediaType("a commit is application/json or multipart/form-data");
    }
  }

  private void json(Exchange exchange) throws Exception {
    exchange.query().allow();
    OptionalLong length = exchange.body().declaredLength();
    if (length.isPresent() && length.getAsLong() <= SMALL_BODY) {
      json(exchange, SMALL_BODY);
    } else {
      try (Uploading.Place place = large.place()) {
        json(exchange, MAX_BODY);
      }
    }
  }

  private void json(Exchange exchange, int most) throws Exception {
    byte[] body = exchange.body().readAll(most);
    Optional<CommitKey> key = CommitKey.of(exchange, client.principal().user());
    CommitRequest request = CommitRequest.of(JsonInput.parse(body));
    if (key.isEmpty()) {
      exchange.send(200, run(request).json());
      return;
    }
    String digest = RequestDigest.of(body);
    try (RunningCommits.Entry entry = running.enter(key.get().token())) {
      exchange.send(200, once(key.get(), digest, request).json());
    }
  }

  private CommitResult run(CommitRequest request) throws IOException {
    int[] at = {-1};
    try {
      return client.transactResult(transaction -> {
        List<Written> written = steps(transaction, request, at).written();
        return new CommitResult(commit(transaction), written);
      });
    } catch (FsException e) {
      throw located(e, at[0]);
    }
  }

  private CommitResult once(CommitKey key, String digest, CommitRequest request)
      throws IOException {
    Optional<CommitRecords.Found> before = records.find(key.token());
    if (before.isPresent()) {
      return key.same(before.get(), digest);
    }
    int[] at = {-1};
    try {
      Committed<List<Written>> done =
          client.transactOnce(
              key.token(),
              transaction -> {
                List<Written> written = steps(transaction, request, at).written();
                records.add(transaction, key.token(), digest, written);
                long unused = commit(transaction);
                return written;
              });
      if (done.result().isPresent()) {
        return new CommitResult(done.sequence(), done.result().get());
      }
      // Made by another request, meanwhile or long ago.
      return records
          .find(key.token())
          .map(found -> key.same(found, digest))
          .orElseGet(() -> new CommitResult(done.sequence(), List.of()));
    } catch (FsException e) {
      throw located(e, at[0]);
    } catch (Problem refused) {
      // Its conditions may not hold because the same commit was made meanwhile.
      Optional<CommitRecords.Found> meanwhile = records.find(key.token());
      if (meanwhile.isPresent()) {
        return key.same(meanwhile.get(), digest);
      }
      throw refused;
    }
  }

  /// Commits; conditions that do not hold are told at once, as another attempt would not help.
  private static long commit(Transaction transaction) {
    try {
      return transaction.commit();
    } catch (FsException e) {
      if (Problem.isFailedConditions(e)) {
        throw Problem.of(e);
      }
      throw e;
    }
  }

  private static StepRunner steps(Transaction transaction, CommitRequest request, int[] at)
      throws IOException {
    StepRunner runner = new StepRunner(transaction, BYTES_AT_A_TIME);
    if (!request.requirements().isEmpty()) {
      var unused = transaction.execute(request.requirements());
    }
    try {
      for (Step step : request.steps()) {
        runner.add(step);
      }
      runner.finish();
      at[0] = -1;
    } catch (FsException e) {
      at[0] = runner.current();
      throw e;
    }
    return runner;
  }

  /// The failure, with the operation that it is about.
  private static Problem located(FsException failure, int step) {
    Problem problem = Problem.of(failure);
    return step < 0 ? problem : problem.with("operation", step);
  }

  private void form(Exchange exchange) throws Exception {
    Optional<CommitKey> key = CommitKey.of(exchange, client.principal().user());
    if (key.isEmpty()) {
      exchange.send(200, forms.commit(exchange, key).json());
      return;
    }
    try (RunningCommits.Entry entry = running.enter(key.get().token())) {
      exchange.send(200, forms.commit(exchange, key).json());
    }
  }

  /// Tells what became of the commit of a key.
  public void outcome(Exchange exchange) throws IOException {
    exchange.query().allow();
    CommitKey key = CommitKey.of(exchange.variable(KEY), client.principal().user());
    exchange.header("Cache-Control", "no-store");
    Optional<CommitRecords.Found> found = records.find(key.token());
    if (found.isPresent()) {
      exchange.send(200, found.get().result().json().put("state", "committed"));
      return;
    }
    PlasmaClient.CommitOutcome outcome = client.outcomeOf(key.token());
    JsonObject out = new JsonObject();
    switch (outcome.state()) {
      case DONE -> out.put("state", "committed").put("commit", outcome.sequence());
      case IN_PROGRESS -> out.put("state", "in-progress");
      case ABORTED -> out.put("state", running.has(key.token()) ? "in-progress" : "aborted");
      case UNKNOWN -> out.put("state", running.has(key.token()) ? "in-progress" : "unknown");
    }
    exchange.send(200, out);
  }
}
