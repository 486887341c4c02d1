package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.FsException;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Operation;
import java.util.List;
import java.util.concurrent.CompletionException;

/// Runs operations of which some may fail without the others being in vain.
public final class Answers {
  private Answers() {}

  /// What the operations came to, up to the first that failed.
  ///
  /// @throws FsException if no answer could be had at all
  public static Answer of(Namespace namespace, List<Operation> operations) {
    try {
      return namespace.submit(operations).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FsException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
