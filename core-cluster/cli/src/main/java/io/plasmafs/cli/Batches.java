package io.plasmafs.cli;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.operation.Operation;
import java.util.List;

/// Runs many operations with few calls.
final class Batches {
  private static final int BATCH = 1000;

  private Batches() {}

  /// Runs them in order until one fails.
  static void execute(Namespace files, List<? extends Operation> operations) {
    for (int i = 0; i < operations.size(); i += BATCH) {
      files.execute(List.copyOf(operations.subList(i, Math.min(operations.size(), i + BATCH))));
    }
  }
}
