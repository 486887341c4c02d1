package io.plasmafs.namenode.metadata;

import java.util.List;

/// Commits that become durable together, in order of their sequence numbers, without a gap.
///
/// @param epoch of the coordinator that decided them
/// @param commits at least one
public record CommitBatch(long epoch, List<ChangeSet> commits) {
  public CommitBatch {
    commits = List.copyOf(commits);
    if (commits.isEmpty()) {
      throw new IllegalArgumentException("a batch has at least one commit");
    }
    for (int i = 1; i < commits.size(); i++) {
      if (commits.get(i).sequence() != commits.get(i - 1).sequence() + 1) {
        throw new IllegalArgumentException(
            "commit "
                + commits.get(i).sequence()
                + " does not follow "
                + commits.get(i - 1).sequence());
      }
    }
  }

  /// Number of the first commit.
  public long first() {
    return commits.get(0).sequence();
  }

  /// Number of the last commit.
  public long last() {
    return commits.get(commits.size() - 1).sequence();
  }
}
