package io.plasmafs.http.transactions;

import io.plasmafs.client.Namespace;
import io.plasmafs.http.exchange.Refusal;
import io.plasmafs.http.files.Answers;
import io.plasmafs.http.files.Scope;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.List;

/// An open transaction as one request uses it.
///
/// There is nothing that undoes a part of a transaction. So if a request fails when something of it
/// was done, the transaction is spoilt.
final class TransactionScope implements Scope {
  private static final String WHOLE = "a request of several steps";

  private final OpenTransaction open;

  /// Enters the transaction.
  TransactionScope(OpenTransaction open) {
    open.enter();
    this.open = open;
  }

  @Override
  public Namespace namespace() {
    return open.transaction();
  }

  @Override
  public <T> Edited<T> edit(Edit<T> edit) throws Exception {
    try {
      T result = edit.run(open.transaction());
      open.count(1);
      return new Edited<>(result, 0);
    } catch (Refusal e) {
      throw e;
    } catch (Exception e) {
      open.spoil(WHOLE, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  @Override
  public <T> Edited<T> editOnce(FsPath path, Edit<T> edit) throws Exception {
    String what = path.toString();
    try {
      T result = edit.run(open.transaction());
      open.repaired(what);
      open.count(1);
      return new Edited<>(result, 0);
    } catch (Exception e) {
      open.spoil(what, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  @Override
  public Edited<List<Outcome>> apply(Plan plan) {
    return apply(plan.in(open.transaction()));
  }

  @Override
  public Edited<List<Outcome>> apply(List<Operation> operations) {
    Answer answer = Answers.of(open.transaction(), operations);
    if (answer.failure().isPresent()) {
      if (operations.subList(0, answer.outcomes().size()).stream().anyMatch(Changes::isChange)) {
        open.spoil(WHOLE, String.valueOf(answer.failure().get().cause().getMessage()));
      }
      throw answer.failure().get().cause();
    }
    open.count(operations.size());
    return new Edited<>(answer.outcomes(), 0);
  }

  @Override
  public void uploaded(long bytes) {
    open.countBytes(bytes);
  }

  @Override
  public void close() {
    open.leave();
  }
}
