package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Conflict;
import io.plasmafs.model.InodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who held which lock when. Says if two transactions held what excludes each other, and if a
/// conflict that was reported was one (P9).
final class LockLedger {
  private record Interval(LockKey key, Owner owner, int from, int perhapsFrom) {}

  /// Somebody was refused.
  ///
  /// @param needed what the refused operation asked for
  private record Claim(int at, Conflict conflict, List<LockKey> needed, boolean cleanable) {}

  /// A user may have held anything in this time.
  private record Excuse(String user, int from, int until) {}

  /// An inode that a commit on its way deletes.
  private static final class Doom {
    final InodeId inode;
    final String user;
    final int from;
    int until = Integer.MAX_VALUE;

    Doom(InodeId inode, String user, int from) {
      this.inode = inode;
      this.user = user;
      this.from = from;
    }
  }

  private final Map<LockKey.Place, List<Interval>> intervals = new HashMap<>();
  private final List<Claim> claims = new ArrayList<>();
  private final List<Excuse> excuses = new ArrayList<>();
  private final List<Doom> dooms = new ArrayList<>();
  private int settledDooms;

  /// A transaction held locks from one reading on, or from an earlier one.
  void hold(Owner owner, List<LockKey> keys, int from, int perhapsFrom) {
    for (LockKey key : keys) {
      if (key.kind() == LockKey.Kind.USE) {
        continue;
      }
      List<Interval> there = intervals.computeIfAbsent(key.place(), p -> new ArrayList<>(2));
      boolean known = false;
      for (Interval other : there) {
        if (other.owner() == owner) {
          known |= other.key().equals(key);
        } else if (key.excludes(other.key())
            && other.owner().surelyUntil >= from
            && owner.surelyUntil >= other.from()) {
          throw new AssertionError(
              "at "
                  + from
                  + " "
                  + owner.user
                  + " took "
                  + key
                  + ", which "
                  + other.owner().user
                  + " held as "
                  + other.key()
                  + " from "
                  + other.from()
                  + " to "
                  + other.owner().surelyUntil);
        }
      }
      if (!known) {
        there.add(new Interval(key, owner, from, perhapsFrom));
      }
    }
  }

  void excuse(String user, int from, int until) {
    excuses.add(new Excuse(user, from, until));
  }

  void doomed(InodeId inode, String user, int from) {
    dooms.add(new Doom(inode, user, from));
  }

  /// The next batch is on its way: what was doomed before is gone or spared.
  void newBatch(int at) {
    for (; settledDooms < dooms.size(); settledDooms++) {
      dooms.get(settledDooms).until = at;
    }
  }

  /// @param cleanable whether who cleans up may hold it
  void claim(int at, Conflict conflict, List<LockKey> needed, boolean cleanable) {
    claims.add(new Claim(at, conflict, List.copyOf(needed), cleanable));
  }

  /// Every conflict that was reported must have been one.
  void verifyClaims() {
    for (Claim claim : claims) {
      if (!isReal(claim)) {
        throw new AssertionError("nobody stood in the way: " + claim);
      }
    }
    claims.clear();
  }

  private boolean isReal(Claim claim) {
    Conflict conflict = claim.conflict();
    if (conflict.ageMillis() < 0) {
      return false;
    }
    for (LockKey needed : claim.needed()) {
      if (!needed.inode().equals(conflict.inode())) {
        continue;
      }
      if (claim.cleanable() && conflict.user().equals("root")) {
        return true;
      }
      for (Interval held : intervals.getOrDefault(needed.place(), List.of())) {
        if (held.owner().user.equals(conflict.user())
            && held.key().reported() == conflict.kind()
            && needed.excludes(held.key())
            && held.perhapsFrom() <= claim.at()
            && held.owner().perhapsUntil >= claim.at()) {
          return true;
        }
      }
      for (Doom doom : dooms) {
        if (conflict.kind() == Conflict.Kind.INODE_LOCKED
            && doom.inode.equals(conflict.inode())
            && doom.user.equals(conflict.user())
            && doom.from <= claim.at()
            && doom.until >= claim.at()) {
          return true;
        }
      }
    }
    return excuses.stream()
        .anyMatch(e ->
            e.user().equals(conflict.user()) && e.from() <= claim.at() && e.until() >= claim.at());
  }
}
