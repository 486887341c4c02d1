package io.plasmafs.namenode.transaction;

/// A long operation has work that must be durable before it goes on: it keeps what it did, and goes
/// on when it is run again. Carries no stack trace.
public final class CommitFirst extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Transaction transaction;

  /// Commits this transaction first, with which nobody does anything any more.
  public CommitFirst(Transaction transaction) {
    super("a part is to be committed first", null, false, false);
    this.transaction = transaction;
  }

  /// What is to be committed.
  public Transaction transaction() {
    return transaction;
  }
}
