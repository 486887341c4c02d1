package io.plasmafs.namenode.commit;

import io.plasmafs.model.CommitToken;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/// The tokens of recent commits. What is older, or older than this process, is in the store.
public final class TokenMemory {
  private final int limit;
  private final LinkedHashMap<CommitToken, Long> done = new LinkedHashMap<>();
  private long completeSinceNanos;

  /// @param limit tokens remembered
  /// @param nowNanos from when on every commit will be noted here
  public TokenMemory(int limit, long nowNanos) {
    this.limit = limit;
    this.completeSinceNanos = nowNanos;
  }

  void done(CommitToken token, long sequence, long nowNanos) {
    done.put(token, sequence);
    if (done.size() > limit) {
      Map.Entry<CommitToken, Long> eldest = done.entrySet().iterator().next();
      done.remove(eldest.getKey());
      completeSinceNanos = nowNanos;
    }
  }

  /// The commit with this token, if it is remembered.
  public OptionalLong sequenceOf(CommitToken token) {
    Long sequence = done.get(token);
    return sequence == null ? OptionalLong.empty() : OptionalLong.of(sequence);
  }

  /// Since when no token was forgotten.
  public long completeSinceNanos() {
    return completeSinceNanos;
  }
}
