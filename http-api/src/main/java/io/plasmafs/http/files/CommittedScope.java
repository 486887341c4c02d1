package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.List;

/// The filesystem itself: each request is a transaction of its own, durable when it is answered.
public final class CommittedScope implements Scope {
  private final PlasmaClient client;

  /// Uses `client` and does not close it.
  public CommittedScope(PlasmaClient client) {
    this.client = client;
  }

  @Override
  public Namespace namespace() {
    return client;
  }

  @Override
  public <T> Edited<T> edit(Edit<T> edit) throws Exception {
    return client.transactResult(
        transaction -> new Edited<>(edit.run(transaction), transaction.commit()));
  }

  @Override
  public <T> Edited<T> editOnce(FsPath path, Edit<T> edit) throws Exception {
    try (Transaction transaction = client.begin()) {
      T result = edit.run(transaction);
      return new Edited<>(result, transaction.commit());
    }
  }

  @Override
  public Edited<List<Outcome>> apply(List<Operation> operations) {
    Answer answer = Answers.of(client, operations);
    if (answer.failure().isPresent()) {
      throw answer.failure().get().cause();
    }
    return new Edited<>(answer.outcomes(), answer.sequence());
  }

  @Override
  public Edited<List<Outcome>> apply(Plan plan) throws Exception {
    return edit(transaction -> transaction.execute(plan.in(transaction)));
  }

  @Override
  public void close() {}
}
