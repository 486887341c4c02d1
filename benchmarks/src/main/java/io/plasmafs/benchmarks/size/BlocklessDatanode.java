package io.plasmafs.benchmarks.size;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.oncrpc.Authenticator;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.oncrpc.RpcServer;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.announce_result;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.keys_args;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A datanode as the namenode sees it: it announces itself every second and takes keys. It stores
/// nothing, so that millions of files with blocks can be made without a byte on the disk, to
/// measure what the namenode needs for them.
final class BlocklessDatanode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlocklessDatanode.class);
  private static final long BLOCKS = 20_000_000;
  private static final int BLOCK_SIZE = 64 << 10;

  private final RpcTransport transport = RpcTransport.open(1);
  private final ControlProof proof;
  private final RpcServer server;
  private final InetSocketAddress namenode;
  private final String cluster;
  private final char id;
  private final Thread announcing;
  private volatile boolean closed;

  /// @param id a hexadecimal digit, of which its identity is made
  BlocklessDatanode(String host, int port, byte[] secret, String cluster, char id)
      throws IOException {
    this.proof = new ControlProof(secret, Clock.systemUTC(), new SecureRandom());
    this.namenode = new InetSocketAddress(host, port);
    this.cluster = cluster;
    this.id = id;
    this.server =
        RpcServer.bind(
            transport,
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
            List.of(
                RpcProgram.of(Programs.CONTROL)
                    .procedure(
                        Programs.Control.KEYS,
                        "KEYS",
                        keys_args::new,
                        (arguments, call, reply) -> {
                          datanode_status result = new datanode_status();
                          result.message = "";
                          reply.success(result);
                        })
                    .build()),
            RpcLimits.defaults(),
            Authenticator.ANY);
    this.announcing = Thread.ofVirtual().name("announce-" + id).start(this::announce);
  }

  private void announce() {
    while (!closed) {
      try (RpcClient rpc =
          RpcClient.connect(transport, namenode, RpcLimits.defaults(), Credentials.NONE).join()) {
        while (!closed) {
          rpc.call(
                  Programs.REGISTRY,
                  Programs.Registry.ANNOUNCE,
                  announcement(),
                  announce_result::new)
              .join();
          Thread.sleep(1000);
        }
      } catch (CompletionException e) {
        LOG.debug("the namenode cannot be reached", e);
        pause();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private announce_args announcement() {
    announce_args said = new announce_args();
    said.cluster = cluster;
    said.identity = String.valueOf(id).repeat(32);
    said.address = "127.0.0.1:" + ((InetSocketAddress) server.addresses().get(0)).getPort();
    said.local = "";
    said.host = "host-" + id;
    said.rack = "";
    said.blocks = BLOCKS;
    said.block_size = BLOCK_SIZE;
    said.slice_size = ClusterDescription.SLICE_SIZE;
    said.pid = 1;
    proof.sign(said);
    return said;
  }

  @Override
  public void close() {
    closed = true;
    announcing.interrupt();
    server.close();
    transport.close();
  }
}
