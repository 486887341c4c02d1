package io.plasmafs.namenode;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Ticket;
import io.plasmafs.oncrpc.Authenticator;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcCall;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.oncrpc.RpcServer;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.RecentNonces;
import io.plasmafs.protocol.TicketMac;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.announce_result;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.keys_args;
import io.plasmafs.protocol.xdr.ticket_key;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A datanode that stores nothing: it announces itself, takes keys, and judges tickets.
final class FakeDatanode implements AutoCloseable {
  private static final long START = 1;

  private final ControlProof proof;
  private final RecentNonces nonces = new RecentNonces(1000);
  private final RpcServer server;
  private final String identity;
  private final String cluster;
  private final Map<Integer, TicketMac> keys = new ConcurrentHashMap<>();
  private final Set<Long> withdrawn = ConcurrentHashMap.newKeySet();

  FakeDatanode(RpcTransport transport, byte[] secret, String cluster, String identity)
      throws IOException {
    this.proof = new ControlProof(secret, Clock.systemUTC(), new SecureRandom());
    this.cluster = cluster;
    this.identity = identity;
    this.server =
        RpcServer.bind(
            transport,
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            List.of(
                RpcProgram.of(Programs.CONTROL)
                    .procedure(Programs.Control.KEYS, "KEYS", keys_args::new, this::takeKeys)
                    .build()),
            RpcLimits.defaults(),
            Authenticator.ANY);
  }

  private void takeKeys(keys_args arguments, RpcCall call, ReplySink reply) {
    datanode_status result = new datanode_status();
    result.message = "";
    try {
      proof.verify(arguments, nonces);
      if (arguments.start != START) {
        throw new FsException(FsStatus.EUNAVAIL, "another start");
      }
      keys.clear();
      for (ticket_key key : arguments.keys) {
        keys.put(key.key_id, new TicketMac(cluster, key.key_id, key.key));
      }
      for (long transaction : arguments.ended) {
        withdrawn.add(transaction);
      }
    } catch (FsException e) {
      result.status = e.status().code();
    }
    reply.success(result);
  }

  /// Tells the namenode of it; answers what the namenode said.
  announce_result announce(RawClient namenode, int blockSize) {
    announce_args said = new announce_args();
    said.cluster = cluster;
    said.identity = identity;
    said.address = "127.0.0.1:" + ((InetSocketAddress) server.addresses().get(0)).getPort();
    said.local = "";
    said.host = "host-" + identity.charAt(0);
    said.rack = "";
    said.blocks = 10_000;
    said.block_size = blockSize;
    said.slice_size = 65536;
    said.pid = 1;
    said.start = START;
    proof.sign(said);
    return namenode
        .rpc()
        .call(Programs.REGISTRY, Programs.Registry.ANNOUNCE, said, announce_result::new)
        .join();
  }

  boolean hasKeys() {
    return !keys.isEmpty();
  }

  /// What a datanode says to who shows this ticket.
  FsStatus judge(Ticket ticket) {
    TicketMac key = keys.get(ticket.keyId());
    return key != null && key.verify(ticket) && !withdrawn.contains(ticket.transaction())
        ? FsStatus.OK
        : FsStatus.ETICKET;
  }

  @Override
  public void close() {
    server.close();
  }
}
