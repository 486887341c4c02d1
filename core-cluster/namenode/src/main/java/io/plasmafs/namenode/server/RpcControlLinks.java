package io.plasmafs.namenode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.registry.ControlLinks;
import io.plasmafs.namenode.ticket.TicketKey;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.datanode_identity;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.keys_args;
import io.plasmafs.protocol.xdr.ticket_key;
import io.plasmafs.settings.HostAndPort;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// Calls the CONTROL program of datanodes, over one connection to each. Thread-safe.
public final class RpcControlLinks implements ControlLinks {
  private final RpcTransport transport;
  private final RpcLimits limits;
  private final ControlProof proof;
  private final Clock clock;
  private final String cluster;
  private final Map<String, CompletableFuture<RpcClient>> clients = new ConcurrentHashMap<>();

  /// @param cluster name of the cluster
  /// @param limits of the connections; the time-out of calls above all
  public RpcControlLinks(
      RpcTransport transport, RpcLimits limits, ControlProof proof, Clock clock, String cluster) {
    this.transport = transport;
    this.limits = limits;
    this.proof = proof;
    this.clock = clock;
    this.cluster = cluster;
  }

  @Override
  public CompletableFuture<Void> sendKeys(KeysMessage message) {
    return connection(message.address())
        .thenCompose(client -> {
          keys_args arguments = toXdr(message);
          proof.sign(arguments);
          return client.call(
              Programs.CONTROL, Programs.Control.KEYS, arguments, datanode_status::new);
        })
        .thenAccept(result -> {
          FsStatus status = Conversion.status(result.status);
          if (status != FsStatus.OK) {
            throw new FsException(status, result.message);
          }
        });
  }

  @Override
  public CompletableFuture<Identity> identify(String address) {
    return connection(address)
        .thenCompose(client ->
            client.call(Programs.DATANODE, Programs.Datanode.IDENTITY, datanode_identity::new))
        .handle((result, failure) -> {
          if (failure != null) {
            forget(address);
            FsException said = Failures.of(failure);
            throw said.status() == FsStatus.EINVAL
                ? said
                : new FsException(
                    FsStatus.EUNAVAIL,
                    "no datanode answers at " + address + ": " + Failures.rootMessage(failure),
                    failure);
          }
          return new Identity(
              result.cluster, result.identity, result.blocks, result.block_size, result.slice_size);
        });
  }

  private keys_args toXdr(KeysMessage message) {
    long now = clock.millis();
    keys_args arguments = new keys_args();
    arguments.cluster = cluster;
    arguments.identity = message.identity();
    arguments.start = message.start();
    arguments.datanode = message.datanode().value();
    arguments.epoch = message.epoch();
    arguments.keys = message.keys().stream().map(key -> toXdr(key, now)).toArray(ticket_key[]::new);
    arguments.ended = message.ended().stream().mapToLong(Long::longValue).toArray();
    return arguments;
  }

  private static ticket_key toXdr(TicketKey key, long now) {
    ticket_key result = new ticket_key();
    result.key_id = key.id();
    result.key = key.secret();
    result.lifetime_millis = Math.max(0, key.expiresMillis() - now);
    result.expires = key.expiresMillis();
    return result;
  }

  CompletableFuture<RpcClient> connection(String address) {
    return clients.compute(
        address, (key, old) -> old == null || !isUsable(old) ? connect(address) : old);
  }

  private static boolean isUsable(CompletableFuture<RpcClient> connecting) {
    return !connecting.isDone()
        || (!connecting.isCompletedExceptionally() && connecting.join().isOpen());
  }

  private CompletableFuture<RpcClient> connect(String address) {
    try {
      return RpcClient.connect(
          transport, HostAndPort.parse(address).unresolved(), limits, Credentials.NONE);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          new FsException(FsStatus.EINVAL, String.valueOf(e.getMessage()), e));
    }
  }

  @Override
  public void forget(String address) {
    CompletableFuture<RpcClient> known = clients.remove(address);
    if (known != null) {
      known.thenAccept(RpcClient::close);
    }
  }

  @Override
  public void close() {
    clients.keySet().forEach(this::forget);
  }
}
