package io.plasmafs.namenode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.registry.Announcement;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.namenode.registry.Welcome;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcCall;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Nonces;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.announce_result;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// REGISTRY: datanodes announce themselves, and prove that they hold the cluster's secret.
public final class RegistryProgram {
  private static final Logger log = LoggerFactory.getLogger(RegistryProgram.class);
  private static final int REMEMBERED_REFUSALS = 100;

  private final DatanodeRegistry registry;
  private final ControlProof proof;
  private final Nonces nonces;
  private final int retryMillis;

  /// Why a peer was last refused, so that it is logged once and not with every heartbeat.
  private final Map<String, String> refusals =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > REMEMBERED_REFUSALS;
        }
      };

  /// @param retryMillis after which a datanode that was refused is to ask again
  public RegistryProgram(
      DatanodeRegistry registry, ControlProof proof, Nonces nonces, int retryMillis) {
    this.registry = registry;
    this.proof = proof;
    this.nonces = nonces;
    this.retryMillis = retryMillis;
  }

  /// The program, to be served.
  public RpcProgram program() {
    return RpcProgram.of(Programs.REGISTRY)
        .procedure(Programs.Registry.ANNOUNCE, "ANNOUNCE", announce_args::new, this::announce)
        .build();
  }

  private void announce(announce_args said, RpcCall call, ReplySink reply) {
    try {
      proof.verify(said, nonces);
    } catch (FsException e) {
      reply.success(refused(said, call, e));
      return;
    }
    registry
        .announce(
            new Announcement(
                said.cluster,
                said.identity,
                said.address,
                said.local,
                said.host,
                said.rack,
                said.blocks,
                said.block_size,
                said.slice_size,
                said.pid,
                said.start,
                said.failed))
        .whenComplete((welcome, failure) ->
            reply.success(
                failure == null ? accepted(welcome) : refused(said, call, Failures.of(failure))));
  }

  private static announce_result accepted(Welcome welcome) {
    announce_result result = new announce_result();
    result.status = FsStatus.OK.code();
    result.message = "";
    result.datanode = welcome.datanode().value();
    result.epoch = welcome.epoch();
    result.next_millis = (int) welcome.next().toMillis();
    return result;
  }

  private announce_result refused(announce_args said, RpcCall call, FsException why) {
    String message = String.valueOf(why.getMessage());
    synchronized (refusals) {
      if (!message.equals(refusals.put(said.address, message))) {
        log.warn(
            "a datanode that calls from {} and names itself {} is refused: {}",
            call.connection().peer(),
            said.address,
            message);
      }
    }
    announce_result result = new announce_result();
    result.status = why.status().code();
    result.message = Conversion.message(message);
    result.next_millis = retryMillis;
    return result;
  }
}
