package io.plasmafs.datanode.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.Authenticator;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.oncrpc.RpcServer;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.RecentNonces;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.announce_result;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
  private final RpcTransport transport = RpcTransport.open(1);
  private final SecureRandom random = new SecureRandom();
  private final ControlProof proof = new ControlProof(new byte[32], InstantSource.system(), random);
  private final RecentNonces nonces = new RecentNonces(10_000);
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private volatile int coordinator;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
    transport.close();
  }

  /// A namenode that checks proofs, and takes announcements while it is coordinator.
  private RpcServer namenode(int number, int port) throws IOException {
    RpcProgram registry =
        RpcProgram.of(Programs.REGISTRY)
            .procedure(
                Programs.Registry.ANNOUNCE,
                "ANNOUNCE",
                announce_args::new,
                (arguments, call, reply) -> answer(number, arguments, reply))
            .build();
    RpcServer server =
        RpcServer.bind(
            transport,
            List.of(new InetSocketAddress("127.0.0.1", port)),
            List.of(registry),
            RpcLimits.defaults(),
            Authenticator.ANY);
    opened.add(server);
    return server;
  }

  private void answer(int number, announce_args arguments, ReplySink reply) {
    announce_result result = new announce_result();
    result.message = "";
    result.next_millis = 60;
    try {
      proof.verify(arguments, nonces);
      result.status = number == coordinator ? 0 : FsStatus.ECOORD.code();
      if (number == coordinator) {
        heard.add(number + " hears " + arguments.identity);
      }
    } catch (FsException e) {
      heard.add("bad proof");
      result.status = e.status().code();
    }
    reply.success(result);
  }

  private announce_args announcement() {
    announce_args arguments = new announce_args();
    arguments.cluster = "test";
    arguments.identity = "me";
    arguments.address = "127.0.0.1:1";
    arguments.local = "";
    arguments.host = "h";
    arguments.rack = "";
    return arguments;
  }

  private void assertHears(int number) throws InterruptedException {
    String expected = number + " hears me";
    for (String next = ""; !next.equals(expected); ) {
      next = heard.poll(60, TimeUnit.SECONDS);
      assertThat(next).as("heard within a minute").isNotNull().isNotEqualTo("bad proof");
    }
  }

  @Test
  void announcementsFindTheCoordinatorAndFollowItWhenItMovesOrRestarts() throws Exception {
    coordinator = 1;
    RpcServer first = namenode(0, 0);
    RpcServer second = namenode(1, 0);
    SocketAddress gone = new InetSocketAddress("127.0.0.1", 1);
    Announcer announcer =
        new Announcer(
            transport,
            List.of(gone, first.addresses().get(0), second.addresses().get(0)),
            proof,
            this::announcement,
            random);
    opened.add(announcer);
    announcer.start();
    assertHears(1);
    assertHears(1);
    coordinator = 0;
    assertHears(0);
    int port = ((InetSocketAddress) first.addresses().get(0)).getPort();
    first.close();
    heard.clear();
    namenode(0, port);
    assertHears(0);
  }

  @Test
  void anAnnouncerWithNobodyToTellIsSilent() {
    Announcer announcer = new Announcer(transport, List.of(), proof, this::announcement, random);
    announcer.start();
    announcer.close();
    assertThat(heard).isEmpty();
  }
}
