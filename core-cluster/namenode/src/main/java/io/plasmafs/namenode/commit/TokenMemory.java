package io.plasmafs.namenode.commit;

import io.plasmafs.model.CommitToken;
import java.util.LinkedHashMap;
import java.util.OptionalLong;

/// The tokens of recent commits, those above all that are not in the tables yet. A token that is
/// not here may still be in the store: only the store can say that a commit was never made.
public final class TokenMemory {
  private final int limit;
  private final LinkedHashMap<CommitToken, Long> done = new LinkedHashMap<>();

  /// @param limit tokens remembered
  public TokenMemory(int limit) {
    this.limit = limit;
  }

  void done(CommitToken token, long sequence) {
    done.put(token, sequence);
    if (done.size() > limit) {
      done.remove(done.keySet().iterator().next());
    }
  }

  /// The commit with this token, if it is remembered.
  public OptionalLong sequenceOf(CommitToken token) {
    Long sequence = done.get(token);
    return sequence == null ? OptionalLong.empty() : OptionalLong.of(sequence);
  }
}
