package io.plasmafs.http.commits;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.FormBody;
import io.plasmafs.http.files.FilePath;
import io.plasmafs.http.files.Uploading;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// A commit as a form: one `curl -F` publishes a directory. What the form brings cannot be brought
/// twice, so a conflict is told at once and not tried again.
final class FormCommit {
  private static final int AT_A_TIME = 16;
  private static final long BYTES_AT_A_TIME = 2L << 20;

  private final PlasmaClient client;
  private final CommitRecords records;
  private final Uploading places = new Uploading(AT_A_TIME);

  FormCommit(PlasmaClient client, CommitRecords records) {
    this.client = client;
    this.records = records;
  }

  /// Makes one: `?to` is what the paths of the parts are below, `?parents` makes directories.
  CommitResult commit(Exchange exchange, Optional<CommitKey> key) throws Exception {
    exchange.query().allow("to", "parents");
    FsPath base = exchange.query().raw("to").isPresent() ? FilePath.target(exchange) : FsPath.EMPTY;
    boolean parents = exchange.query().flag("parents");
    try (Uploading.Place place = places.place()) {
      Optional<CommitRecords.Found> before = key.flatMap(k -> records.find(k.token()));
      if (before.isPresent()) {
        FormDigest digest = FormDigest.only();
        FormBody.read(exchange, digest);
        return key.get().same(before.get(), digest.text());
      }
      return commit(exchange, key, base, parents);
    }
  }

  private CommitResult commit(
      Exchange exchange, Optional<CommitKey> key, FsPath base, boolean parents) throws IOException {
    CommitToken token = key.map(CommitKey::token).orElseGet(CommitToken::random);
    String digest = "";
    try (Transaction transaction = client.begin(token, Optional.empty(), Duration.ZERO)) {
      StepRunner runner = new StepRunner(transaction, BYTES_AT_A_TIME);
      FormWriter writer = new FormWriter(transaction, runner, base, parents);
      FormDigest digesting = new FormDigest(writer);
      try {
        FormBody.read(exchange, digesting);
        digest = digesting.text();
        writer.finish();
      } catch (IOException | RuntimeException e) {
        writer.abort();
        throw e;
      }
      if (key.isPresent()) {
        records.add(transaction, token, digest, runner.written());
      }
      return new CommitResult(transaction.commit(), runner.written());
    } catch (FsException e) {
      // What stood in the way may be the same commit, sent twice.
      Optional<CommitRecords.Found> meanwhile = key.flatMap(k -> records.find(k.token()));
      if (meanwhile.isPresent() && meanwhile.get().request().equals(digest)) {
        return meanwhile.get().result();
      }
      throw e;
    }
  }
}
