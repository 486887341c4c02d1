package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation;
import java.util.List;
import java.util.Optional;

/// Locks that another door has given out: every change of files asks whether one is in its way.
@FunctionalInterface
public interface WriteLocks {
  /// Nobody gives out locks.
  WriteLocks NONE = (view, changes, submitted) -> List.of();

  /// All of these locks.
  static WriteLocks all(List<WriteLocks> several) {
    return (view, changes, submitted) ->
        several.stream().flatMap(locks -> locks.admit(view, changes, submitted).stream()).toList();
  }

  /// What is to be changed.
  ///
  /// @param tree whether the name is taken away or replaced, with all that is below it; else what
  ///   it names is changed, or made if nothing is there
  record Change(FsPath path, boolean tree) {
    /// What the path names is changed, or made.
    public static Change of(FsPath path) {
      return new Change(path, false);
    }

    /// The name is taken away or replaced, with all that is below it.
    public static Change ofTree(FsPath path) {
      return new Change(path, true);
    }
  }

  /// Lets changes through.
  ///
  /// @param view what the change sees
  /// @param submitted the request's `If` header, with the tokens of locks that it holds
  /// @return what the commit must find, so that no lock comes in between
  /// @throws io.plasmafs.http.exchange.Problem 423 if a lock is in the way
  List<Operation> admit(Namespace view, List<Change> changes, Optional<String> submitted);
}
