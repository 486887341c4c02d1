package io.plasmafs.datanode.ticket;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Ticket;
import io.plasmafs.protocol.TicketMac;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Judges tickets. Safe for use by several threads.
///
/// Time is measured by this process's monotonic clock alone. With each key the coordinator says
/// what its clock shows at that moment; from then on this clock counts on. A message that was under
/// way for long makes the coordinator's time look earlier than it is, so of several messages with
/// the same key the one with the latest estimate counts.
///
/// Ended transactions are remembered until all keys have expired that were good when they ended.
/// There is room for many of them; when it is full, messages with more are refused, and the
/// coordinator knows that these tickets are not withdrawn. It can start afresh then, with keys
/// later than all that were ever good here: all earlier tickets are dead, and nothing needs to be
/// remembered. Keys without the newest that was held come from a message that is late.
public final class KeyRing {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final String cluster;
  private final LongSupplier nanoTime;
  private volatile State state = new State(Optional.empty(), 0, Map.of());
  private final int endedPages;
  private final Object installing = new Object();

  // Guarded by installing.
  private EndedTransactions ended;
  private int newestKeyId; // ever held in this epoch

  /// A key as the coordinator handed it over. Its content stays with who made it.
  ///
  /// @param mac makes and checks codes with the key
  /// @param lifetimeMillis from now on
  /// @param expiresMillis the same moment by the coordinator's clock, in milliseconds since 1970
  public record Key(TicketMac mac, long lifetimeMillis, long expiresMillis) {}

  /// @param offsetMillis add it to this process's monotonic clock to get the coordinator's time
  private record HeldKey(TicketMac mac, long offsetMillis, long expiresMillis) {}

  private record State(Optional<DatanodeId> datanode, long epoch, Map<Integer, HeldKey> keys) {}

  /// @param endedPages memory for ended transactions: pages of 8,192 successive numbers
  /// @param nanoTime a monotonic clock
  public KeyRing(String cluster, int endedPages, LongSupplier nanoTime) {
    this.cluster = cluster;
    this.endedPages = endedPages;
    this.ended = new EndedTransactions(endedPages);
    this.nanoTime = nanoTime;
  }

  /// Name of the cluster whose tickets are judged.
  public String cluster() {
    return cluster;
  }

  /// The number that tickets for this datanode carry; empty until a coordinator has told.
  public Optional<DatanodeId> datanode() {
    return state.datanode();
  }

  /// From now on tickets of this epoch, made with these keys, are good, and no others.
  ///
  /// @param keys with numbers that grow within an epoch
  /// @param endedTransactions whose tickets are withdrawn
  /// @throws FsException ECOORD if a later epoch has begun, or a later key was held; ELIMIT if so
  ///   many ended transactions cannot be remembered. Then nothing has changed
  public void install(DatanodeId datanode, long epoch, List<Key> keys, long[] endedTransactions) {
    synchronized (installing) {
      State before = state;
      if (epoch < before.epoch()) {
        throw new FsException(
            FsStatus.ECOORD,
            "keys of epoch " + epoch + " come too late: epoch " + before.epoch() + " has begun");
      }
      boolean sameEpoch = epoch == before.epoch();
      int newestId = keys.stream().mapToInt(key -> key.mac().keyId()).max().orElse(newestKeyId);
      if (sameEpoch && newestId < newestKeyId) {
        throw new FsException(
            FsStatus.ECOORD,
            "keys up to " + newestId + " come too late: there was key " + newestKeyId);
      }
      boolean isFresh =
          !sameEpoch
              || !keys.isEmpty() && keys.stream().allMatch(key -> key.mac().keyId() > newestKeyId);
      long now = millis();
      Map<Integer, HeldKey> held = new HashMap<>();
      for (Key key : keys) {
        long offset = key.expiresMillis() - key.lifetimeMillis() - now;
        HeldKey known = before.keys().get(key.mac().keyId());
        if (sameEpoch && known != null) {
          offset = Math.max(offset, known.offsetMillis());
        }
        held.put(key.mac().keyId(), new HeldKey(key.mac(), offset, key.expiresMillis()));
      }
      long forgetAt = now;
      for (HeldKey key : held.values()) {
        forgetAt = Math.max(forgetAt, key.expiresMillis() - key.offsetMillis());
      }
      for (HeldKey key : before.keys().values()) {
        forgetAt = Math.max(forgetAt, key.expiresMillis() - key.offsetMillis());
      }
      EndedTransactions remembered = isFresh ? new EndedTransactions(endedPages) : ended;
      remembered.forget(now);
      if (!remembered.add(endedTransactions, forgetAt)) {
        throw new FsException(
            FsStatus.ELIMIT,
            "there is no room for "
                + endedTransactions.length
                + " more ended transactions, and none of the earlier can be forgotten yet");
      }
      ended = remembered;
      newestKeyId = newestId;
      state = new State(Optional.of(datanode), epoch, Map.copyOf(held));
    }
  }

  /// Lets a bearer pass or refuses it.
  ///
  /// @param block first of those to be touched
  /// @param count how many
  /// @throws FsException ETICKET if the ticket does not admit to that
  public void admit(Ticket ticket, Ticket.Right right, long block, int count) {
    State now = state;
    HeldKey key = now.keys().get(ticket.keyId());
    // Every ticket is answered alike before its code has been found right: a forger learns nothing.
    if (key == null || !key.mac().verify(ticket)) {
      throw refused("is not made with a key that is good now");
    }
    if (ticket.epoch() != now.epoch()) {
      throw refused("is of epoch " + ticket.epoch() + ", this is epoch " + now.epoch());
    }
    if (now.datanode().filter(ticket.datanode()::equals).isEmpty()) {
      throw refused("is for " + ticket.datanode());
    }
    long time = millis() + key.offsetMillis();
    if (time >= ticket.expiresMillis() || time >= key.expiresMillis()) {
      throw refused("has expired");
    }
    boolean copies = right == Ticket.Right.WRITE && ticket.right() == Ticket.Right.COPY;
    if (ticket.right() != right && !copies) {
      throw refused("gives the right to " + ticket.right() + ", not to " + right);
    }
    if (ticket.generation() < 1
        || count < 1
        || block < ticket.firstBlock()
        || block - ticket.firstBlock() > ticket.count() - count) {
      throw refused(
          "is for "
              + ticket.count()
              + " blocks from "
              + ticket.firstBlock()
              + " on, not for "
              + count
              + " from "
              + block
              + " on");
    }
    if (ticket.transaction() != 0) {
      synchronized (installing) {
        // What was ended is forgotten together with the keys: both are of the same moment.
        if (state.epoch() != now.epoch() || !state.keys().containsKey(ticket.keyId())) {
          throw refused("is not made with a key that is good now");
        }
        if (ended.contains(ticket.transaction())) {
          throw refused("is withdrawn: its transaction has ended");
        }
      }
    }
  }

  private long millis() {
    return nanoTime.getAsLong() / NANOS_PER_MILLI;
  }

  private static FsException refused(String why) {
    return new FsException(FsStatus.ETICKET, "the ticket " + why);
  }
}
