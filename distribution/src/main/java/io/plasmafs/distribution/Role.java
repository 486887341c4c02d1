package io.plasmafs.distribution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// One process of the cluster: how it is started, and how it is told to end.
interface Role {
  /// Names its log, its process-id file and itself in messages: `namenode-1`.
  String name();

  /// The files to which it writes; first the one that says most of why it ended.
  List<Path> logs();

  /// Starts the process. Does not wait until it can serve.
  ///
  /// @throws IOException if it cannot even be started
  ProcessHandle start() throws IOException;

  /// Asks the process to end in good order.
  default void stop(ProcessHandle process) {
    process.destroy();
  }
}
