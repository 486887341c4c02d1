package io.plasmafs.namenode.commit;

import io.plasmafs.model.CommitToken;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/// The tokens of recent commits, among them all that the tables do not have yet: a token is
/// forgotten only after its commit was applied, so that at any moment it is here, or a look-up that
/// begins now finds it. A token that is not here may still be in the store: only the store can say
/// that a commit was never made.
///
/// The limit is exceeded by what is not applied, which the pipeline bounds.
public final class TokenMemory {
  private final int limit;
  private final LinkedHashMap<CommitToken, Long> done = new LinkedHashMap<>();
  private long applied;

  /// Number of the last commit whose token is forgotten.
  private long forgotten;

  /// @param limit tokens remembered
  public TokenMemory(int limit) {
    this.limit = limit;
  }

  /// A commit is done; in the order of their numbers.
  void done(CommitToken token, long sequence) {
    done.put(token, sequence);
    shrink();
  }

  /// The tables have all commits up to this one.
  void applied(long sequence) {
    applied = Math.max(applied, sequence);
    shrink();
  }

  private void shrink() {
    while (done.size() > limit) {
      Map.Entry<CommitToken, Long> eldest = done.entrySet().iterator().next();
      if (eldest.getValue() > applied) {
        return;
      }
      forgotten = eldest.getValue();
      done.remove(eldest.getKey());
    }
  }

  /// The commit with this token, if it is remembered.
  public OptionalLong sequenceOf(CommitToken token) {
    Long sequence = done.get(token);
    return sequence == null ? OptionalLong.empty() : OptionalLong.of(sequence);
  }

  /// What a look-up that begins now finds at least: all commits up to this one.
  public long applied() {
    return applied;
  }

  /// Whether all commits after this one are remembered. A look-up that began when the tables were
  /// complete up to it proves together with this memory that a token is new; if commits have been
  /// forgotten since, it does not.
  public boolean remembersAllAfter(long sequence) {
    return forgotten <= sequence;
  }
}
