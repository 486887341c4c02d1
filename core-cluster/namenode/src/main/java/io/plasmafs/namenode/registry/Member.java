package io.plasmafs.namenode.registry;

import io.plasmafs.model.Datanode;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.ticket.TicketKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A datanode as the registry sees it. Registry's thread only.
///
/// ```
///            announced, took its keys         silent              silent for long
///  NEW, DEAD -----------------------> ALIVE ---------> SUSPECT ------------------> DEAD
///                                       ^                 |
///                                       +-----------------+ announced, took its keys
/// ```
///
/// DISABLED and DRAINING, an operator's orders, are shown in place of these.
final class Member {
  DatanodeRecord record;

  /// Whether it is stored; one that waits for an operator to enable it is not.
  boolean isRegistered;

  /// What it said last.
  @Nullable Announcement announced;

  long announcedNanos;

  /// Whether it took its keys since it was last dead or started anew.
  boolean tookKeys;

  /// When it last did.
  long tookKeysNanos;

  /// The newest key that it has.
  @Nullable TicketKey newestKey;

  /// Everything up to this number of the withdrawals has been acknowledged.
  long withdrawnUpTo;

  /// Keys before this one must not be given to it any more: tickets made with them may have been
  /// withdrawn from it while it did not listen.
  int firstKey;

  boolean needsFreshKeys = true;

  /// Whether a message with fresh keys is on its way.
  boolean startsAfresh;

  /// The newest key that was sent to it in this epoch, whether it took it or not.
  int newestSent;

  /// Why it did not take its keys when it was last sent some, so that it is logged once; empty if
  /// it took them.
  String trouble = "";

  boolean isSending;
  long nextSendNanos;

  /// What it was last seen as, to notice changes.
  Datanode.State state = Datanode.State.NEW;

  Member(DatanodeRecord record, boolean isRegistered) {
    this.record = record;
    this.isRegistered = isRegistered;
  }

  /// What it may be used for now.
  Datanode.State stateAt(long now, RegistrySettings settings) {
    if (!isRegistered) {
      return Datanode.State.NEW;
    }
    if (record.order() == DatanodeRecord.Order.DISABLED) {
      return Datanode.State.DISABLED;
    }
    if (announced == null || announced.failed()) {
      return Datanode.State.DEAD;
    }
    Duration silence = Duration.ofNanos(now - announcedNanos);
    if (silence.compareTo(settings.deadAfter()) > 0) {
      return Datanode.State.DEAD;
    }
    if (!tookKeys) {
      return newestKey == null ? Datanode.State.NEW : Datanode.State.DEAD;
    }
    if (record.order() == DatanodeRecord.Order.DRAINING) {
      return Datanode.State.DRAINING;
    }
    Duration withoutKeys = Duration.ofNanos(now - tookKeysNanos);
    return silence.compareTo(settings.suspectAfter()) > 0
            || withoutKeys.compareTo(settings.suspectAfter().plus(settings.keysInterval())) > 0
        ? Datanode.State.SUSPECT
        : Datanode.State.ALIVE;
  }

  /// For how many milliseconds nothing was heard of it; -1 if nothing ever was.
  long silenceMillis(long now) {
    return announced == null ? -1 : (now - announcedNanos) / 1_000_000;
  }

  String describe() {
    return record.id()
        + " (store "
        + record.identity()
        + (announced == null ? "" : " at " + announced.address())
        + ")";
  }
}
