package io.plasmafs.http.server;

import java.util.concurrent.Executor;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The threads that read from connections. A connection whose request has been answered looks for
/// the next one on the thread that answered, and is not handed to another first: as no request is
/// handled where it was read, looking never takes long.
final class ConnectionThreads extends QueuedThreadPool {

  /// @param requests where requests are handled that may have to wait
  ConnectionThreads(Executor requests) {
    super(64, 4);
    setName("http");
    setVirtualThreadsExecutor(requests);
  }

  @Override
  public void execute(Runnable task) {
    if (task instanceof Connection) {
      task.run();
    } else {
      super.execute(task);
    }
  }
}
