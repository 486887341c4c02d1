package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.oncrpc.sample.Sample;
import io.plasmafs.oncrpc.sample.name_t;
import io.plasmafs.oncrpc.sample.read_args;
import io.plasmafs.oncrpc.sample.read_result;
import io.plasmafs.oncrpc.sample.write_args;
import io.plasmafs.oncrpc.sample.write_result;
import io.plasmafs.oncrpc.xdr.BulkData;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.acplt.oncrpc.XdrInt;
import org.acplt.oncrpc.XdrVoid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RpcClientTest {
  private static final RpcLimits LIMITS = RpcLimits.defaults();

  private static CompletableFuture<XdrInt> hold(RpcClient client, int number) {
    return client.call(SampleServer.ID, SampleServer.HOLD, new XdrInt(number), XdrInt::new);
  }

  private static void assertFails(RpcException.Kind kind, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOf(RpcException.class)
        .hasMessageContaining(message)
        .extracting(failure -> ((RpcException) failure).kind())
        .isEqualTo(kind);
  }

  @Test
  void nobodyListening() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (RpcTransport transport = RpcTransport.open(1)) {
      assertFails(
          RpcException.Kind.NOT_CONNECTED,
          "Cannot connect to 127.0.0.1:" + port,
          () ->
              RpcClient.connect(
                      transport,
                      InetSocketAddress.createUnresolved("127.0.0.1", port),
                      LIMITS,
                      Credentials.NONE)
                  .join());
    }
  }

  @Test
  void messagesSayWhatTheSystemSaidAndNothingElse() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (RpcTransport transport = RpcTransport.open(1)) {
      assertThatThrownBy(() ->
              RpcClient.connect(
                      transport,
                      InetSocketAddress.createUnresolved("127.0.0.1", port),
                      LIMITS,
                      Credentials.NONE)
                  .join())
          .cause()
          .hasMessage("Cannot connect to 127.0.0.1:" + port + ": Connection refused");
    }
    assertThat(RpcClient.describe(InetSocketAddress.createUnresolved("127.0.0.1", port)))
        .isEqualTo("127.0.0.1:" + port);
    assertThat(Addresses.reason(new UnknownHostException("no.such.host")))
        .isEqualTo("no such host is known");
    assertThat(Addresses.reason(new IOException("bind(..) failed with error(-98): In use")))
        .isEqualTo("In use");
    assertThat(Addresses.reason(new IOException("syscall:read(..) failed: Connection reset")))
        .isEqualTo("Connection reset");
    assertThat(Addresses.reason(new IOException("connection timed out after 9 ms: a/1.2.3.4:5")))
        .isEqualTo("connection timed out after 9 ms");
    assertThat(Addresses.reason(new IOException("Broken pipe"))).isEqualTo("Broken pipe");
  }

  @Test
  void lostConnectionFailsAllCallsAndNamesThePeer() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true)) {
      RpcClient client = server.connect(server.tcp());
      List<CompletableFuture<XdrInt>> calls = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        calls.add(hold(client, i));
      }
      AtomicInteger told = new AtomicInteger();
      SampleServer.Held first = server.held.poll(20, TimeUnit.SECONDS);
      first.call().connection().onClose(told::incrementAndGet);
      first.call().connection().close();
      for (CompletableFuture<XdrInt> call : calls) {
        assertFails(RpcException.Kind.CONNECTION_LOST, client.peer(), call::join);
      }
      client.closed().toCompletableFuture().join();
      assertThat(client.callsInFlight()).isZero();
      assertThat(client.isOpen()).isFalse();
      assertFails(RpcException.Kind.NOT_CONNECTED, "has ended", () -> hold(client, 1).join());
      Eventually.isTrue(() -> told.get() == 1, "the close listener has run");
      first.call().connection().onClose(told::incrementAndGet);
      Eventually.isTrue(() -> told.get() == 2, "a late close listener has run");
      // Answers to calls that are gone do no harm.
      first.reply().success(new XdrInt(1));
      server.held.forEach(held -> held.reply().success(new XdrInt(1)));
    }
  }

  @Test
  void callWithoutAnswerTimesOut() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client =
            server.connect(
                server.tcp(),
                LIMITS.withClientTimeouts(Duration.ofSeconds(5), Duration.ofMillis(50)))) {
      List<CompletableFuture<XdrInt>> calls = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        calls.add(hold(client, i));
      }
      for (CompletableFuture<XdrInt> call : calls) {
        assertFails(RpcException.Kind.TIMEOUT, "Sample v1 procedure 10", call::join);
      }
      assertThat(client.callsInFlight()).isZero();
      for (int i = 0; i < 100; i++) {
        server.held.poll(20, TimeUnit.SECONDS).reply().success(new XdrInt(1));
      }
      // The late answers are ignored, and the connection still works.
      for (int i = 0; i < 100; i++) {
        XdrInt answer =
            client
                .call(
                    SampleServer.ID,
                    Sample.ADD_1,
                    new XdrInt(i),
                    XdrInt::new,
                    client.options().withTimeout(Duration.ofSeconds(20)))
                .join();
        assertThat(answer.intValue()).isEqualTo(i + 1);
      }
    }
  }

  /// A server that answers one call with `bytes` in bulk, of which it sends the first half at once,
  /// the rest in `steps` with pauses, and then nothing any more.
  private static Thread slowServer(ServerSocket listener, int bytes, int sent, int steps) {
    return Thread.ofVirtual()
        .start(() -> {
          try (Socket peer = listener.accept();
              DataOutputStream out = new DataOutputStream(peer.getOutputStream())) {
            peer.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(peer.getInputStream());
            byte[] call = in.readNBytes(in.readInt() & 0x7fff_ffff);
            int xid = ByteBuffer.wrap(call).getInt();
            ByteBuffer head = ByteBuffer.allocate(32).putInt(0x8000_0000 | 28 + bytes).putInt(xid);
            out.write(head.putInt(1).putInt(20, 0).putInt(28, bytes).array());
            out.write(new byte[bytes / 2]);
            for (int i = 0; i < steps; i++) {
              Thread.sleep(100);
              out.write(new byte[(sent - bytes / 2) / steps]);
            }
            in.readFully(new byte[1]); // until the client closes
          } catch (IOException | InterruptedException e) {
            // closed in the middle
          }
        });
  }

  private static CompletableFuture<read_result> readSlowly(
      RpcTransport transport, ServerSocket listener) {
    return RpcClient.connect(
            transport,
            listener.getLocalSocketAddress(),
            LIMITS.withRecordTimeout(Duration.ofMillis(400)),
            Credentials.NONE)
        .thenCompose(client ->
            client.call(SampleServer.ID, Sample.READ_1, new read_args(), read_result::new));
  }

  @Test
  void longReplyThatComesSlowlyIsTaken() throws Exception {
    int bytes = 384 << 10;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RpcTransport transport = RpcTransport.open(1)) {
      Thread server = slowServer(listener, bytes, bytes, 24); // more than what comes at once allows
      read_result result = readSlowly(transport, listener).get(20, TimeUnit.SECONDS);
      assertThat(result.data.length()).isEqualTo(bytes);
      result.data.release();
      transport.close();
      server.join();
    }
  }

  @Test
  void longReplyThatStopsEndsTheConnection() throws Exception {
    int bytes = 384 << 10;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RpcTransport transport = RpcTransport.open(1)) {
      Thread server = slowServer(listener, bytes, bytes - 1000, 1);
      assertFails(
          RpcException.Kind.CONNECTION_LOST,
          "A reply has begun and does not go on",
          () -> readSlowly(transport, listener).join());
      server.join();
    }
  }

  @Test
  void cancelledCallIsForgotten() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      CompletableFuture<XdrInt> call = hold(client, 1);
      SampleServer.Held held = server.held.poll(20, TimeUnit.SECONDS);
      assertThat(call.cancel(false)).isTrue();
      Eventually.isTrue(() -> client.callsInFlight() == 0, "the call is forgotten");
      held.reply().success(new XdrInt(2));
      SampleServer.callNothing(client);
    }
  }

  @Test
  void bulkResultNobodyWaitsForIsReleased() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      read_args args = new read_args();
      args.length = 100_000;
      for (int i = 0; i < 50; i++) {
        CompletableFuture<read_result> call =
            client.call(SampleServer.ID, Sample.READ_1, args, read_result::new);
        if (!call.completeExceptionally(new IllegalStateException("given up"))) {
          call.join().data.release();
        }
      }
      SampleServer.callNothing(client);
    } // which finds every buffer that is left
  }

  @Test
  void callsBeyondTheLimitAreRefusedAtOnce() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp(), LIMITS.withInFlight(10, 1 << 20))) {
      List<CompletableFuture<XdrInt>> calls = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        calls.add(hold(client, i));
      }
      assertFails(RpcException.Kind.BUSY, "10 calls", () -> hold(client, 10).join());
      for (int i = 0; i < 10; i++) {
        server.held.poll(20, TimeUnit.SECONDS).reply().success(new XdrInt(i));
      }
      calls.forEach(CompletableFuture::join);
      SampleServer.callNothing(client);
    }
  }

  @Test
  void bytesBeyondTheLimitAreRefusedAtOnce() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp(), LIMITS.withInFlight(10, 4096))) {
      CompletableFuture<XdrInt> first = hold(client, 0);
      assertFails(RpcException.Kind.BUSY, "4096 bytes", () -> write(client, 5000).join());
      server.held.poll(20, TimeUnit.SECONDS).reply().success(new XdrInt(0));
      first.join();
      write(client, 5000).join(); // alone, it is let through
    }
  }

  private static CompletableFuture<write_result> write(RpcClient client, int length) {
    write_args args = new write_args();
    args.data = BulkData.wrap(new byte[length]);
    args.pieces = new BulkData[0];
    return client.call(SampleServer.ID, Sample.WRITE_1, args, write_result::new);
  }

  @Test
  void argumentsBeyondTheirBoundsAreNotSent() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      assertFails(
          RpcException.Kind.CANNOT_ENCODE,
          "length 65, at most 64",
          () -> client.call(SampleServer.ID, 1, new name_t("x".repeat(65)), XdrInt::new).join());
      assertFails(
          RpcException.Kind.CANNOT_ENCODE, "write_args.data", () -> write(client, 2 << 20).join());
      assertThat(client.callsInFlight()).isZero();
    }
  }

  @Test
  void resultThatDoesNotFitFailsOnlyItsCall() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      assertFails(
          RpcException.Kind.CANNOT_DECODE,
          "bytes follow",
          () -> client.call(SampleServer.ID, Sample.ADD_1, new XdrInt(50), name_t::new).join());
      SampleServer.callNothing(client);
    }
  }

  @Test
  void failuresOfTheServerAreTold() throws Exception {
    try (SampleServer server = new SampleServer(LIMITS, true);
        RpcClient client = server.connect(server.tcp())) {
      assertRefused(RpcException.Kind.PROGRAM_UNAVAILABLE, client, other(Sample.SAMPLE + 1, 1), 0);
      assertRefused(RpcException.Kind.PROGRAM_MISMATCH, client, other(Sample.SAMPLE, 7), 0);
      assertRefused(RpcException.Kind.PROCEDURE_UNAVAILABLE, client, SampleServer.ID, 77);
      assertRefused(RpcException.Kind.GARBAGE_ARGUMENTS, client, SampleServer.ID, Sample.ECHO_1);
      assertRefused(RpcException.Kind.SYSTEM_ERROR, client, SampleServer.ID, SampleServer.THROW);
      SampleServer.callNothing(client);
    }
  }

  private static RpcProgramVersion other(int program, int version) {
    return new RpcProgramVersion("Other", program, version);
  }

  private static void assertRefused(
      RpcException.Kind kind, RpcClient client, RpcProgramVersion program, int procedure) {
    assertFails(
        kind,
        "was refused",
        () -> client.call(program, procedure, XdrVoid.XDR_VOID, () -> XdrVoid.XDR_VOID).join());
  }

  @Test
  void closingTheTransportFailsCalls(@TempDir Path directory) throws Exception {
    CompletableFuture<XdrInt> call;
    RpcClient client;
    try (SampleServer server = new SampleServer(LIMITS, true)) {
      try (RpcTransport other = RpcTransport.open(1)) {
        client = RpcClient.connect(other, server.tcp(), LIMITS, Credentials.NONE).join();
        call = hold(client, 1);
        server.held.poll(20, TimeUnit.SECONDS).reply();
        client.close();
      }
      assertFails(RpcException.Kind.CONNECTION_LOST, client.peer(), call::join);
      assertFails(RpcException.Kind.NOT_CONNECTED, client.peer(), () -> hold(client, 2).join());
    }
    assertThat(Files.exists(directory)).isTrue();
  }
}
