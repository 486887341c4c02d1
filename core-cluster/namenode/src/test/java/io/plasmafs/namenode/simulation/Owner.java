package io.plasmafs.namenode.simulation;

import java.util.HashSet;
import java.util.Set;

/// A transaction as the model knows it. Times are ordinals of readings of the clock, see
/// [Timeline].
final class Owner {
  static final long OPEN = Long.MAX_VALUE;

  final String user;
  final boolean explicit;
  Overlay overlay = new Overlay();

  /// Up to when it certainly holds its locks.
  long surelyUntil = OPEN;

  /// Up to when it may hold them.
  long perhapsUntil = OPEN;

  /// Blocks that it was told of: it may read or write them until it ends.
  final Set<SmallBlockSpace.Block> told = new HashSet<>();

  /// When its last request was answered, and how long it may rest.
  long restingSinceNanos;

  final long idleNanos;

  Owner(String user, boolean explicit, long sinceNanos, long idleNanos) {
    this.user = user;
    this.explicit = explicit;
    this.restingSinceNanos = sinceNanos;
    this.idleNanos = idleNanos;
  }

  /// A transaction of one compound, which never rests.
  static Owner ofOneCompound(String user) {
    return new Owner(user, false, 0, Long.MAX_VALUE);
  }

  /// Whether it cannot have been aborted for resting at this time.
  boolean mayRest(long nanos) {
    return nanos - restingSinceNanos <= idleNanos;
  }

  /// Its client does nothing more with it.
  boolean over;

  private boolean closing;

  /// The reading at which its last request was answered.
  long answeredAt;

  void ended(long ordinal) {
    over = true;
    surelyUntil = Math.min(surelyUntil, ordinal);
    perhapsUntil = Math.min(perhapsUntil, ordinal);
  }

  /// It ends now or later.
  void perhapsEnded(long ordinal) {
    over = true;
    surelyUntil = Math.min(surelyUntil, ordinal);
  }

  /// It rests for so long that it may have been aborted since its last answer.
  void rests() {
    surelyUntil = Math.min(surelyUntil, answeredAt);
  }

  /// Its connection is being closed: it may end at any moment.
  void closes(long ordinal) {
    closing = true;
    surelyUntil = Math.min(surelyUntil, ordinal);
  }

  /// It has not been aborted.
  void answered(long ordinal, long nanos) {
    if (!over && !closing) {
      surelyUntil = OPEN;
    }
    answeredAt = ordinal;
    restingSinceNanos = nanos;
  }

  boolean isSurelyOpen() {
    return surelyUntil == OPEN;
  }
}
