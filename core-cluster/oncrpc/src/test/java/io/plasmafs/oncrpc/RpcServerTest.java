package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.oncrpc.sample.Sample;
import io.plasmafs.oncrpc.sample.read_args;
import io.plasmafs.oncrpc.sample.read_result;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.acplt.oncrpc.XdrInt;
import org.acplt.oncrpc.XdrVoid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RpcServerTest {
  private static final RpcLimits LIMITS = RpcLimits.defaults();

  @Test
  void readingStopsAtTheLimitOfCallsInFlightAndGoesOn() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS.withInFlight(8, 1 << 20), true);
        RpcClient client = server.connect(server.tcp())) {
      List<CompletableFuture<XdrInt>> calls = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        calls.add(client.call(SampleServer.ID, SampleServer.HOLD, new XdrInt(i), XdrInt::new));
      }
      int answered = 0;
      while (answered < 1000) {
        List<SampleServer.Held> held = new ArrayList<>();
        held.add(server.held.poll(20, TimeUnit.SECONDS));
        server.held.drainTo(held);
        assertThat(held).hasSizeLessThanOrEqualTo(8);
        held.forEach(call -> call.reply().success(new XdrInt(call.number())));
        answered += held.size();
      }
      for (int i = 0; i < 1000; i++) {
        assertThat(calls.get(i).join().intValue()).isEqualTo(i);
      }
    }
  }

  @Test
  void repliesThatNobodyTakesStopReading() throws Exception {
    RpcLimits limits = LIMITS.withMaxUndeliveredBytes(1 << 20);
    try (SampleServer server = new SampleServer(limits, true);
        RawPeer peer = new RawPeer(server.tcp())) {
      // 2000 calls for 1 MiB each, and no reading of answers.
      read_args args = new read_args();
      args.length = 1 << 20;
      peer.sendWithoutBlocking(2000, SampleServer.READ_FILE, args);
      Eventually.isTrue(() -> server.regionsSent.get() > 0, "some replies are sent");
      long before = -1;
      while (before != server.regionsSent.get()) {
        before = server.regionsSent.get();
        Thread.sleep(100);
      }
      assertThat(before).isLessThan(200);
      assertThat(server.directMemory()).isLessThan(64 << 20);
      server.assertServing();
    }
  }

  @Test
  void secondAnswerIsABug() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      CompletableFuture<XdrInt> call =
          client.call(SampleServer.ID, SampleServer.HOLD, new XdrInt(1), XdrInt::new);
      SampleServer.Held held = server.held.poll(20, TimeUnit.SECONDS);
      held.reply().success(new XdrInt(5));
      assertThatThrownBy(() -> held.reply().success(new XdrInt(6)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("HOLD")
          .hasMessageContaining("answered already");
      assertThat(call.join().intValue()).isEqualTo(5);
    }
  }

  @Test
  void forgottenCallIsAnsweredWithAnError() throws Exception {
    RpcLimits limits = LIMITS.withReplyTimeout(Duration.ofMillis(100));
    try (SampleServer server = new SampleServer(limits, true);
        RpcClient client = server.connect(server.tcp())) {
      CompletableFuture<XdrInt> call =
          client.call(SampleServer.ID, SampleServer.HOLD, new XdrInt(1), XdrInt::new);
      assertThatThrownBy(call::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .hasMessageContaining("server failed");
      // The handler wakes up at last: nobody is harmed.
      server.held.poll(20, TimeUnit.SECONDS).reply().success(new XdrInt(1));
      SampleServer.callNothing(client);
    }
  }

  @Test
  void idleConnectionIsClosedAndBusyOneIsNot() throws Exception {
    RpcLimits limits = LIMITS.withIdleTimeout(Duration.ofMillis(200));
    try (SampleServer server = new SampleServer(limits, true);
        RpcClient idle = server.connect(server.tcp());
        RpcClient busy = server.connect(server.tcp())) {
      CompletableFuture<XdrInt> call =
          busy.call(SampleServer.ID, SampleServer.HOLD, new XdrInt(1), XdrInt::new);
      idle.closed().toCompletableFuture().get(20, TimeUnit.SECONDS);
      assertThat(busy.isOpen()).isTrue();
      server.held.poll(20, TimeUnit.SECONDS).reply().success(new XdrInt(2));
      assertThat(call.join().intValue()).isEqualTo(2);
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosed() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS.withServer(2, 32 << 20), true)) {
      RpcClient first = server.connect(server.tcp());
      RpcClient second = server.connect(server.tcp());
      SampleServer.callNothing(first);
      SampleServer.callNothing(second);
      RpcClient third = server.connect(server.tcp());
      third.closed().toCompletableFuture().get(20, TimeUnit.SECONDS);
      SampleServer.callNothing(first);
      second.close();
      Eventually.isTrue(() -> server.server.connections() < 2, "there is room again");
      RpcClient fourth = server.connect(server.tcp());
      SampleServer.callNothing(fourth);
      first.close();
      fourth.close();
    }
  }

  @Test
  void authenticatorCanDemandAuthSys() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true, Authenticator.SYS);
        RpcClient client = server.connect(server.tcp())) {
      SampleServer.callNothing(client);
      assertThatThrownBy(
              () -> client.call(SampleServer.ID, Sample.ADD_1, new XdrInt(1), XdrInt::new).join())
          .cause()
          .isInstanceOf(RpcException.class)
          .hasMessageContaining("status 5");
      Credentials.Sys root = new Credentials.Sys(0, "", 0, 0, List.of());
      client
          .call(
              SampleServer.ID,
              Sample.ADD_1,
              new XdrInt(1),
              XdrInt::new,
              client.options().withCredentials(root))
          .join();
    }
  }

  @Test
  void attributesBelongToTheConnection() throws Exception {
    RpcConnection.Key<String> key = new RpcConnection.Key<>("login", String.class);
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient one = server.connect(server.tcp());
        RpcClient other = server.connect(server.unix())) {
      RpcConnection first = connectionOf(server, one);
      RpcConnection second = connectionOf(server, other);
      assertThat(first.attribute(key, () -> "ann")).isEqualTo("ann");
      assertThat(first.attribute(key, () -> "bob")).isEqualTo("ann");
      assertThat(second.attribute(key, () -> "bob")).isEqualTo("bob");
      assertThat(connectionOf(server, one)).isSameAs(first);
    }
  }

  private static RpcConnection connectionOf(SampleServer server, RpcClient client)
      throws InterruptedException {
    client
        .call(SampleServer.ID, SampleServer.CREDENTIALS, XdrVoid.XDR_VOID, () -> XdrVoid.XDR_VOID)
        .join();
    return server.seen.take().connection();
  }

  @Test
  void takenPortIsNamed() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true)) {
      int port = ((InetSocketAddress) server.tcp()).getPort();
      assertThatThrownBy(() ->
              RpcServer.bind(
                  server.transport,
                  List.of(new InetSocketAddress("127.0.0.1", port)),
                  List.of(),
                  LIMITS,
                  Authenticator.ANY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Cannot listen at 127.0.0.1:" + port);
      assertThatThrownBy(() ->
              RpcServer.bind(
                  server.transport, List.of(server.unix()), List.of(), LIMITS, Authenticator.ANY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process does");
      server.assertServing();
    }
  }

  @Test
  void staleSocketFileIsReplacedAndOtherFilesAreNot(@TempDir Path directory) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(address);
    } // closing does not remove the file
    assertThat(address.getPath()).exists();
    try (RpcTransport transport = RpcTransport.open(1)) {
      RpcServer.bind(transport, List.of(address), List.of(), LIMITS, Authenticator.ANY).close();
      assertThat(address.getPath()).doesNotExist();
      Files.writeString(address.getPath(), "precious");
      assertThatThrownBy(() ->
              RpcServer.bind(transport, List.of(address), List.of(), LIMITS, Authenticator.ANY))
          .hasMessageContaining("no socket");
      assertThat(address.getPath()).hasContent("precious");
    }
  }

  @Test
  void limitsAreChecked() {
    assertThatThrownBy(() -> LIMITS.withMaxRecordBytes(0))
        .hasMessageContaining("maxRecordBytes is 0");
    assertThatThrownBy(() -> LIMITS.withIdleTimeout(Duration.ofSeconds(-1)))
        .hasMessageContaining("idleTimeout is PT-1S");
  }

  @Test
  void resultTooLongForARecordIsAnError() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS.withMaxRecordBytes(4096), true);
        RpcClient client = server.connect(server.tcp())) {
      read_args args = new read_args();
      args.length = 5000;
      assertThatThrownBy(() ->
              client.call(SampleServer.ID, SampleServer.READ_FILE, args, read_result::new).join())
          .cause()
          .hasMessageContaining("server failed");
    }
  }
}
