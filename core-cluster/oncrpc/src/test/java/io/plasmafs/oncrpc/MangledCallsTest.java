package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.plasmafs.oncrpc.sample.Sample;
import io.plasmafs.oncrpc.sample.choices;
import io.plasmafs.oncrpc.sample.everything;
import io.plasmafs.oncrpc.sample.write_args;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Calls with random damage, through record marking, call header and the decoding of arguments:
/// they are answered or refused, and nothing is kept.
class MangledCallsTest {
  private static final int LAST = 0x8000_0000;
  private static final int PROGRAM = Sample.SAMPLE;
  private static final int[] EXTREMES = {
    -1, 0, 1, 2, 4, 17, 400, 404, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE, LAST | 40
  };

  private static List<int[]> calls() {
    return List.of(
        record(1, 0, 2, PROGRAM, 1, 0, 0, 0, 0, 0),
        record(1, 0, 2, PROGRAM, 1, 4, 0, 0, 0, 0, 1, 2, 0x61620000, 7, 0),
        record(1, 0, 2, PROGRAM, 1, 2, 0, 0, 0, 0, 0, 5, 4, 77, 0, 2, 1, 0x01000000, 0),
        record(1, 0, 2, PROGRAM, 1, 0, 1, 28, 5, 4, 0x686f7374, 0, 0, 1, 7, 0, 0),
        new int[] {8, 1, 0, 4, 2, LAST | 28, PROGRAM, 1, 0, 0, 0, 0, 0},
        record(1, 0, 1, 0, 0, 0, 0));
  }

  private static int[] record(int... words) {
    int[] record = new int[words.length + 1];
    record[0] = LAST | 4 * words.length;
    System.arraycopy(words, 0, record, 1, words.length);
    return record;
  }

  @Test
  void damagedCallsAreAnsweredOrRefused() throws Exception {
    long seed = System.nanoTime();
    System.out.println("MangledCallsTest, seed " + seed);
    Random random = new Random(seed);
    try (RpcTransport transport = RpcTransport.openPortable(1)) {
      RpcServer server = server(transport);
      for (int i = 0; i < 5000; i++) {
        byte[] bytes = damagedCalls(random);
        EmbeddedChannel channel = new EmbeddedChannel();
        RecordMemory memory = transport.recordMemory();
        channel.pipeline().addLast(new ServerConnection(server, channel, memory));
        List<ByteBuf> input = new ArrayList<>();
        for (int at = 0; at < bytes.length && channel.isOpen(); ) {
          int end = Math.min(bytes.length, at + 1 + random.nextInt(100));
          ByteBuf piece = Unpooled.copiedBuffer(bytes, at, end - at);
          input.add(piece);
          channel.writeInbound(piece);
          at = end;
        }
        channel.finishAndReleaseAll();
        assertThat(input).as("seed %d", seed).allMatch(piece -> piece.refCnt() == 0);
        assertThat(server.receivedBytes()).as("seed %d", seed).isZero();
      }
    }
  }

  private static RpcServer server(RpcTransport transport) throws IOException {
    RpcProgram program =
        RpcProgram.of(SampleServer.ID)
            .procedure(Sample.ECHO_1, "ECHO", everything::new, (a, call, reply) -> reply.success(a))
            .procedure(
                Sample.WRITE_1, "WRITE", write_args::new, (a, call, reply) -> reply.success(a))
            .procedure(
                Sample.CHOOSE_1, "CHOOSE", choices::new, (a, call, reply) -> reply.success(a))
            .build();
    return RpcServer.bind(
        transport, List.of(), List.of(program), RpcLimits.defaults(), Authenticator.ANY);
  }

  private static byte[] damagedCalls(Random random) {
    ByteBuf bytes = Unpooled.buffer();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int[] words = calls().get(random.nextInt(calls().size())).clone();
      if (random.nextInt(3) > 0) {
        words[random.nextInt(words.length)] = EXTREMES[random.nextInt(EXTREMES.length)];
      }
      Arrays.stream(words).forEach(bytes::writeInt);
    }
    byte[] damaged = new byte[bytes.readableBytes() - random.nextInt(7)];
    bytes.readBytes(damaged);
    damaged[random.nextInt(damaged.length)] ^= (byte) (random.nextInt(8) >> 1);
    return damaged;
  }
}
