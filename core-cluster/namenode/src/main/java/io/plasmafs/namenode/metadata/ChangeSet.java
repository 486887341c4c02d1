package io.plasmafs.namenode.metadata;

import io.plasmafs.model.CommitToken;
import java.util.List;
import java.util.Optional;

/// All that one commit changes. No two changes have the same key, and deletions come before puts.
///
/// @param sequence number of the commit: one more than the one before
/// @param token chosen by who committed
/// @param timeMillis when it was decided, milliseconds since 1970
/// @param user who committed
public record ChangeSet(
    long sequence,
    Optional<CommitToken> token,
    long timeMillis,
    String user,
    List<Change> changes) {
  public ChangeSet {
    changes = List.copyOf(changes);
  }
}
