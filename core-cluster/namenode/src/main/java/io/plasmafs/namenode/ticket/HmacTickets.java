package io.plasmafs.namenode.ticket;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.Ticket.Mac;
import io.plasmafs.model.Ticket.Right;
import io.plasmafs.protocol.TicketMac;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes tickets for a datanode with the newest key that this datanode is known to have, so that a
/// change of keys never makes a good ticket bad.
///
/// Confined to the engine's thread.
public final class HmacTickets implements TicketMaker {
  private final String cluster;
  private final Clock clock;
  private final Duration lifetime;
  private final WriteTickets writers;
  private final Map<DatanodeId, Sealer> sealers = new HashMap<>();

  /// A key, and what computes with it.
  private record Sealer(TicketKey key, TicketMac mac) {}

  private static final Mac NO_MAC = Mac.of(new byte[Mac.BYTES]);

  /// Makes tickets that live so long, unless the key dies before.
  public HmacTickets(String cluster, Clock clock, Duration lifetime, WriteTickets writers) {
    this.cluster = cluster;
    this.clock = clock;
    this.lifetime = lifetime;
    this.writers = writers;
  }

  /// The datanode has this key: its tickets are made with it from now on.
  public void use(DatanodeId datanode, TicketKey key) {
    Sealer known = sealers.get(datanode);
    if (known == null || !known.key().equals(key)) {
      sealers.put(datanode, new Sealer(key, new TicketMac(cluster, key.id(), key.secret())));
    }
  }

  /// No tickets are made for the datanode until it has a key again: it is disabled, or gone for
  /// good.
  public void forget(DatanodeId datanode) {
    sealers.remove(datanode);
  }

  /// {@inheritDoc}
  ///
  /// A replica on a datanode that is disabled, or has been given no key yet, cannot be read; its
  /// ticket is one that no datanode takes, so that the other replicas serve.
  ///
  /// @throws FsException EUNAVAIL if this is so for all replicas
  @Override
  public GrantedExtent grant(Extent extent, Right right, long transactionKey) {
    long now = clock.millis();
    List<Ticket> tickets = new ArrayList<>(extent.replicas().size());
    long latest = 0;
    for (Replica replica : extent.replicas()) {
      Sealer sealer = sealers.get(replica.datanode());
      if (sealer == null) {
        tickets.add(useless(replica, extent, right, transactionKey));
        continue;
      }
      long expires = Math.min(now + lifetime.toMillis(), sealer.key().expiresMillis());
      latest = Math.max(latest, expires);
      tickets.add(
          sealer
              .mac()
              .grant(
                  replica.datanode(),
                  sealer.key().epoch(),
                  replica.firstBlock(),
                  extent.count(),
                  extent.generation(),
                  right,
                  transactionKey,
                  expires));
    }
    if (latest == 0) {
      throw new FsException(
          FsStatus.EUNAVAIL,
          "none of the datanodes that hold blocks "
              + extent.index()
              + " to "
              + extent.end()
              + " serves: each is disabled, or was not heard of since the namenode started: "
              + extent.replicas());
    }
    if (right != Right.READ) {
      writers.granted(extent.generation(), transactionKey, latest);
    }
    return new GrantedExtent(extent, tickets);
  }

  private Ticket useless(Replica replica, Extent extent, Right right, long transactionKey) {
    return new Ticket(
        replica.datanode(),
        0,
        0,
        replica.firstBlock(),
        extent.count(),
        extent.generation(),
        right,
        transactionKey,
        0,
        NO_MAC);
  }

  @Override
  public void withdraw(long transactionKey) {
    writers.ended(transactionKey);
  }
}
