package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.oncrpc.sample.Sample;
import io.plasmafs.oncrpc.sample.everything;
import io.plasmafs.oncrpc.sample.read_args;
import io.plasmafs.oncrpc.sample.read_result;
import io.plasmafs.oncrpc.sample.write_args;
import io.plasmafs.oncrpc.sample.write_result;
import io.plasmafs.oncrpc.xdr.BulkData;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.acplt.oncrpc.XdrInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every way to be connected carries every kind of call.
class RpcRoundTripTest {
  enum Way {
    NATIVE_TCP(true, false),
    NATIVE_UNIX(true, true),
    PORTABLE_TCP(false, false),
    PORTABLE_UNIX(false, true);

    private final boolean epoll;
    private final boolean unix;

    Way(boolean epoll, boolean unix) {
      this.epoll = epoll;
      this.unix = unix;
    }

    SampleServer server() {
      return new SampleServer(RpcLimits.defaults(), epoll);
    }

    SocketAddress address(SampleServer server) {
      return unix ? server.unix() : server.tcp();
    }
  }

  @ParameterizedTest
  @EnumSource
  void valuesComeBackAsTheyWere(Way way) throws Exception {
    long seed = System.nanoTime();
    System.out.println("RpcRoundTripTest, seed " + seed);
    RandomSamples samples = new RandomSamples(new Random(seed));
    try (SampleServer server = way.server();
        RpcClient client = server.connect(way.address(server))) {
      for (int i = 0; i < 100; i++) {
        everything all = samples.everything();
        everything echo = client.call(SampleServer.ID, Sample.ECHO_1, all, everything::new).join();
        assertThat(echo).as("seed %d", seed).usingRecursiveComparison().isEqualTo(all);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void bulkDataPassesInBothDirections(Way way) throws Exception {
    try (SampleServer server = way.server();
        RpcClient client = server.connect(way.address(server))) {
      for (int length : new int[] {0, 1, 3, 4, 2047, 2048, 70_001, 1 << 20}) {
        byte[] bytes = SampleServer.pattern(length, length);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        write_args args = new write_args();
        args.data = BulkData.wrap(ByteBuffer.allocateDirect(length).put(bytes).flip());
        args.pieces = new BulkData[] {BulkData.wrap(bytes)};
        write_result written =
            client.call(SampleServer.ID, Sample.WRITE_1, args, write_result::new).join();
        args.data.release();
        assertThat(written.count).isEqualTo((int) crc.getValue());

        read_args range = new read_args();
        range.offset = length;
        range.length = length;
        for (int procedure : new int[] {Sample.READ_1, SampleServer.READ_FILE}) {
          read_result read =
              client.call(SampleServer.ID, procedure, range, read_result::new).join();
          assertThat(read.data.toByteArray()).isEqualTo(bytes);
          read.data.release();
        }
      }
      Eventually.isTrue(() -> server.regionsSent.get() == 8, "file ranges are released");
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersComeInAnyOrder(Way way) throws Exception {
    try (SampleServer server = way.server();
        RpcClient client = server.connect(way.address(server))) {
      int calls = 10_000;
      List<CompletableFuture<XdrInt>> answers = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        answers.add(client.call(SampleServer.ID, SampleServer.HOLD, new XdrInt(i), XdrInt::new));
      }
      List<SampleServer.Held> held = new ArrayList<>();
      while (held.size() < calls) {
        held.add(server.held.poll(20, TimeUnit.SECONDS));
      }
      assertThat(client.callsInFlight()).isEqualTo(calls);
      Collections.shuffle(held, new Random(1));
      held.forEach(call -> call.reply().success(new XdrInt(call.number() + 1)));
      for (int i = 0; i < calls; i++) {
        assertThat(answers.get(i).join().intValue()).isEqualTo(i + 1);
      }
      assertThat(client.callsInFlight()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void serverKnowsItsPeer(Way way) throws Exception {
    try (SampleServer server = way.server();
        RpcClient client = server.connect(way.address(server))) {
      Credentials.Sys me = new Credentials.Sys(1, "host", 1000, 100, List.of(4, 5));
      client
          .call(
              SampleServer.ID,
              SampleServer.CREDENTIALS,
              org.acplt.oncrpc.XdrVoid.XDR_VOID,
              () -> org.acplt.oncrpc.XdrVoid.XDR_VOID,
              client.options().withCredentials(me))
          .join();
      RpcCall call = server.seen.take();
      assertThat(call.credentials()).isEqualTo(me);
      assertThat(call.connection().isLocal()).isTrue();
      assertThat(call.procedure()).isEqualTo(SampleServer.CREDENTIALS);
      assertThat(call.connection().localAddress()).isEqualTo(way.address(server));
      if (way == Way.NATIVE_UNIX) {
        assertThat(call.connection().unixPeer())
            .hasValueSatisfying(
                peer -> assertThat((long) peer.pid()).isEqualTo(ProcessHandle.current().pid()));
      }
      if (way.address(server) instanceof UnixDomainSocketAddress unix) {
        assertThat(call.connection().peer()).contains(unix.getPath().toString());
      }
    }
  }
}
