package io.plasmafs.http.commits;

import io.plasmafs.model.CommitToken;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The commits with a key that this gateway is about to make, so that it can tell.
final class RunningCommits {
  private final Map<CommitToken, Integer> running = new ConcurrentHashMap<>();

  /// One of them; closed when it is over.
  @FunctionalInterface
  interface Entry extends AutoCloseable {
    @Override
    void close();
  }

  Entry enter(CommitToken token) {
    running.merge(token, 1, Integer::sum);
    return () -> running.computeIfPresent(token, (t, count) -> count == 1 ? null : count - 1);
  }

  boolean has(CommitToken token) {
    return running.containsKey(token);
  }
}
