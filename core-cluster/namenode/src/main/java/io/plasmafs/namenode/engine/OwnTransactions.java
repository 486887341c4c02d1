package io.plasmafs.namenode.engine;

import io.plasmafs.namenode.transaction.Transaction;
import io.plasmafs.namenode.transaction.View;

/// Transactions of the filesystem's own: what it does behind the callers' backs is a commit like
/// any other. Confined to the engine's thread.
interface OwnTransactions {
  /// A new one, with its only operation begun.
  Transaction begin();

  /// What it sees.
  View view(Transaction transaction);

  /// Ends it without effect.
  void end(Transaction transaction);
}
