package io.plasmafs.datanode.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.Authenticator;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.oncrpc.RpcServer;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.datanode_identity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PeersTest {
  private final RpcTransport transport = RpcTransport.open(1);
  private final Peers peers = new Peers(transport, RpcLimits.defaults(), 2);
  private final List<RpcServer> servers = new ArrayList<>();
  private final BlockingQueue<ReplySink> held = new LinkedBlockingQueue<>();
  private final AtomicInteger abandoned = new AtomicInteger();
  private volatile boolean holding;

  @AfterEach
  void close() {
    peers.close();
    servers.forEach(RpcServer::close);
    transport.close();
  }

  /// A datanode that answers one question, at once or when it is told to.
  private RpcServer datanode() throws IOException {
    RpcServer server =
        RpcServer.bind(
            transport,
            List.of(new InetSocketAddress("127.0.0.1", 0)),
            List.of(
                RpcProgram.of(Programs.DATANODE)
                    .procedure(
                        Programs.Datanode.IDENTITY,
                        "IDENTITY",
                        (call, reply) -> {
                          if (holding) {
                            held.add(reply);
                          } else {
                            reply.success(identity());
                          }
                        })
                    .build()),
            RpcLimits.defaults(),
            Authenticator.ANY);
    servers.add(server);
    return server;
  }

  private static datanode_identity identity() {
    datanode_identity result = new datanode_identity();
    result.cluster = "test";
    result.identity = "me";
    return result;
  }

  private CompletableFuture<datanode_identity> ask(RpcServer datanode) {
    int port = ((InetSocketAddress) datanode.addresses().get(0)).getPort();
    return peers.call(
        "127.0.0.1:" + port,
        0,
        client ->
            client.call(Programs.DATANODE, Programs.Datanode.IDENTITY, datanode_identity::new),
        abandoned::incrementAndGet);
  }

  private static void awaitConnections(RpcServer datanode, int expected)
      throws InterruptedException {
    while (datanode.connections() != expected) {
      Thread.sleep(5);
    }
  }

  @Test
  void theConnectionThatIsIdleForTheLongestMakesRoomForAnother() throws Exception {
    RpcServer a = datanode();
    RpcServer b = datanode();
    ask(a).join();
    ask(b).join();
    ask(a).join();
    assertThat(ask(datanode()).join().identity).isEqualTo("me");
    awaitConnections(b, 0);
    assertThat(a.connections()).isEqualTo(1);
    assertThat(ask(b).join().identity).isEqualTo("me");
    awaitConnections(a, 0);
    assertThat(abandoned).hasValue(0);
  }

  @Test
  void aConnectionThatWaitsForAnAnswerIsNotGivenUp() throws Exception {
    RpcServer a = datanode();
    RpcServer b = datanode();
    RpcServer c = datanode();
    holding = true;
    CompletableFuture<datanode_identity> first = ask(a);
    ReplySink answer = held.take();
    holding = false;
    ask(b).join();
    ask(c).join();
    awaitConnections(b, 0);
    assertThat(a.connections()).isEqualTo(1);

    holding = true;
    CompletableFuture<datanode_identity> second = ask(c);
    ReplySink other = held.take();
    assertThatThrownBy(() -> ask(b).join())
        .cause()
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ELIMIT));
    assertThat(abandoned).hasValue(1);

    answer.success(identity());
    assertThat(first.join().identity).isEqualTo("me");
    holding = false;
    assertThat(ask(b).join().identity).isEqualTo("me");
    other.success(identity());
    assertThat(second.join().identity).isEqualTo("me");
  }
}
