package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.Transaction;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.List;

/// What a request sees, and where its changes go: to the filesystem, committed when it is answered,
/// or into an open transaction. One request uses it, and closes it.
public interface Scope extends AutoCloseable {

  /// Finds the scope of a request.
  @FunctionalInterface
  interface Source {
    /// The scope that the request's path names.
    Scope of(Exchange exchange);
  }

  /// What a change came to.
  ///
  /// @param commit number of the commit; 0 while an open transaction holds the change, or if
  ///   nothing was changed
  record Edited<T>(T result, long commit) {}

  /// Some changes that belong together.
  ///
  /// @param <T> what they result in
  @FunctionalInterface
  interface Edit<T> {
    /// Makes them.
    T run(Transaction transaction) throws Exception;
  }

  /// Operations that depend on what is there.
  @FunctionalInterface
  interface Plan {
    /// What is to be done; changes nothing itself.
    List<Operation> in(Namespace namespace);
  }

  /// Everything there is, as the request sees it.
  Namespace namespace();

  /// Makes changes, several times if need be: the edit must be repeatable.
  <T> Edited<T> edit(Edit<T> edit) throws Exception;

  /// Makes changes that cannot be repeated, as they take the request's body.
  ///
  /// @param path what they are about: in a transaction it is spoilt if they break off
  <T> Edited<T> editOnce(FsPath path, Edit<T> edit) throws Exception;

  /// Runs operations in one round trip.
  Edited<List<Outcome>> apply(List<Operation> operations);

  /// Looks at what is there, plans operations, and runs them, several times if need be.
  Edited<List<Outcome>> apply(Plan plan) throws Exception;

  /// Takes note of bytes that a request has brought.
  default void uploaded(long bytes) {}

  @Override
  void close();
}
