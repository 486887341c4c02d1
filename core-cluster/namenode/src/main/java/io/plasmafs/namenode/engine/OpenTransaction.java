package io.plasmafs.namenode.engine;

import io.plasmafs.namenode.transaction.Transaction;

/// A transaction that a client began and names by a number of its own.
final class OpenTransaction {
  final Session session;
  final long id;
  final Transaction transaction;
  final long idleTimeoutNanos;

  /// Whether a compound of it is being run.
  boolean busy = true;

  /// When its last compound was answered.
  long idleSinceNanos;

  OpenTransaction(Session session, long id, Transaction transaction, long idleTimeoutNanos) {
    this.session = session;
    this.id = id;
    this.transaction = transaction;
    this.idleTimeoutNanos = idleTimeoutNanos;
  }
}
