package io.plasmafs.namenode.engine;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import java.util.function.Consumer;

/// Runs all transactions on one thread. Its methods may be called from any thread, return at once,
/// and call back on the engine's thread: callbacks must hand over quickly.
public interface Engine {
  /// A new connection.
  ///
  /// @param principal who acts on it, where a transaction does not say otherwise
  /// @param actsForOthers whether its transactions may name another principal
  Session openSession(Principal principal, boolean actsForOthers);

  /// Who acts on the connection from the next compound on.
  void setPrincipal(Session session, Principal principal);

  /// The connection is gone: its transactions are aborted, except those whose commit is under way.
  void closeSession(Session session);

  /// Runs a compound. The answer comes exactly once, on the engine's thread; expected failures are
  /// in it.
  void submit(Session session, Compound compound, Consumer<Answer> reply);

  /// Asks what became of a commit.
  void outcomeOf(CommitToken token, Consumer<CommitState> reply);

  /// Runs something on the engine's thread, between two events: for what shares the engine's state,
  /// the block map above all.
  void execute(Runnable task);

  /// Under which it acts.
  long epoch();

  /// Number of the last commit that is published.
  long sequence();

  /// Lets running appends end, answers everything else EUNAVAIL, and ends the thread.
  void close();
}
