package io.plasmafs.cli;

import io.plasmafs.client.LongWork;
import java.io.IOException;
import java.util.Map;

/// Long work of the coordinator that a command begins, shows, and stops when the command is
/// stopped.
final class WatchedWork {
  private WatchedWork() {}

  /// What is done with what was told.
  @FunctionalInterface
  interface Told {
    void accept(LongWork.Finding finding) throws IOException;
  }

  /// Follows the work to its end; answers its sums.
  static Map<String, Long> follow(Session session, LongWork work, Told told) throws IOException {
    Thread stop = new Thread(work::close, "stop the work");
    Runtime.getRuntime().addShutdownHook(stop);
    try (work;
        StageProgress progress = new StageProgress(session)) {
      LongWork.Page page;
      do {
        page = work.next();
        progress.show(page);
        for (LongWork.Finding finding : page.findings()) {
          told.accept(finding);
        }
      } while (!page.finished());
      return page.figures();
    } finally {
      unhook(stop);
    }
  }

  private static void unhook(Thread stop) {
    try {
      Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      // The process is being stopped: the hook is at work.
    }
  }
}
