package io.plasmafs.client;

/// What is to be done within one transaction. It may be run several times, each time in a new
/// transaction, so it should change nothing but the transaction.
///
/// @param <T> what it results in
/// @param <E> what it may throw; the transaction is aborted then
@FunctionalInterface
public interface TransactionBody<T, E extends Exception> {

  /// Does it.
  T run(Transaction transaction) throws E;

  /// A [TransactionBody] without a result.
  ///
  /// @param <E> what it may throw; the transaction is aborted then
  @FunctionalInterface
  interface Action<E extends Exception> {

    /// Does it.
    void run(Transaction transaction) throws E;
  }
}
