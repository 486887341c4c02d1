package io.plasmafs.namenode.ticket;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Makes the keys for tickets, and remembers those that are still good.
///
/// A key serves for new tickets during one interval, and is good for as long as a ticket that was
/// made at the end of that interval lives, and one interval more, since a datanode may be late to
/// learn of the next key. So only a few keys are good at any time.
///
/// Safe for use by several threads.
public final class KeyRing {
  private final Clock clock;
  private final SecureRandom random;
  private final Duration interval;
  private final Duration ticketLifetime;
  private final List<TicketKey> keys = new ArrayList<>();
  private long epoch;
  private int lastId;
  private long nextRotationMillis;

  /// A ring with one key.
  ///
  /// @param interval between two keys
  /// @param ticketLifetime the longest life of a ticket
  public KeyRing(
      Clock clock, SecureRandom random, long epoch, Duration interval, Duration ticketLifetime) {
    if (interval.toMillis() < 1 || ticketLifetime.toMillis() < 1) {
      throw new IllegalArgumentException(
          "neither the interval " + interval + " nor the lifetime " + ticketLifetime + " may be 0");
    }
    this.clock = clock;
    this.random = random;
    this.interval = interval;
    this.ticketLifetime = ticketLifetime;
    this.epoch = epoch;
    add();
  }

  /// The epoch for which keys are made.
  public synchronized long epoch() {
    return epoch;
  }

  /// Begins anew for another epoch: the keys of the old one are forgotten.
  public synchronized void startEpoch(long newEpoch) {
    keys.clear();
    epoch = newEpoch;
    add();
  }

  /// Makes a new key if the interval is over, and forgets those that are no longer good. Says
  /// whether there is a new one.
  public synchronized boolean rotateIfDue() {
    if (clock.millis() < nextRotationMillis) {
      return false;
    }
    add();
    return true;
  }

  /// Makes a new key now. Tickets of older keys mean nothing to a datanode that is given only this
  /// one.
  public synchronized TicketKey rotate() {
    return add();
  }

  /// The keys that are good, the oldest first: at least one.
  public synchronized List<TicketKey> good() {
    long now = clock.millis();
    keys.removeIf(key -> key.expiresMillis() <= now);
    if (keys.isEmpty()) {
      add();
    }
    return List.copyOf(keys);
  }

  /// The newest key.
  public synchronized TicketKey newest() {
    return keys.get(keys.size() - 1);
  }

  private TicketKey add() {
    long now = clock.millis();
    keys.removeIf(key -> key.expiresMillis() <= now);
    byte[] secret = new byte[TicketKey.BYTES];
    random.nextBytes(secret);
    TicketKey key =
        new TicketKey(
            ++lastId, epoch, secret, now + 2 * interval.toMillis() + ticketLifetime.toMillis());
    keys.add(key);
    nextRotationMillis = now + interval.toMillis();
    return key;
  }
}
