package io.plasmafs.namenode.engine;

import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.namespace.Step;
import io.plasmafs.namenode.transaction.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A compound on its way.
///
/// ```
///            run                    done
///  READY ------------> (running) ----------> ANSWERED
///    ^                   |    |                 ^
///    |  answers are here |    | commit          |
///    +---- FETCHING <----+    +--> COMMITTING --+
/// ```
///
/// A compound that lacks something is undone back to its floor, and run from there again once
/// everything is at hand: nobody sees it half done, and it sees nothing half done. The floor is its
/// first operation, or the one after the last long operation that it finished.
final class Call {
  final Session session;
  final Compound compound;
  final Consumer<Answer> reply;
  final Transaction transaction;
  final @Nullable OpenTransaction open;
  final Step step;
  final List<Outcome> outcomes = new ArrayList<>(4);
  int next;
  int floor;
  int floorMark;

  /// Where the operation that is under way began.
  int operationMark;

  int runs;
  boolean answered;

  Call(
      Session session,
      Compound compound,
      Consumer<Answer> reply,
      Transaction transaction,
      @Nullable OpenTransaction open,
      Step step) {
    this.session = session;
    this.compound = compound;
    this.reply = reply;
    this.transaction = transaction;
    this.open = open;
    this.step = step;
  }
}
