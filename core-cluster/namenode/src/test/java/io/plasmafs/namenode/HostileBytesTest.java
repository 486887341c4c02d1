package io.plasmafs.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.protocol.Programs;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Peers that send a namenode what no client would. It answers with the proper error or hangs up,
/// and goes on serving others.
class HostileBytesTest {
  private static final int LAST = 0x8000_0000;
  private static final int[] PROGRAMS = {
    Programs.COORDINATION.program(),
    Programs.FILESYSTEM.program(),
    Programs.REGISTRY.program(),
    Programs.ADMIN.program()
  };

  @TempDir Path directory;
  private LocalNamenode local;
  private RawClient honest;

  @BeforeEach
  void start() throws IOException {
    local = LocalNamenode.start(directory);
    honest = RawClient.as("root", local.transport(), local.port());
  }

  @AfterEach
  void serviceIsUnharmed() {
    assertThat(honest.status(0, new Operation.MakeDirectory(Location.of("/after"), 0755, false)))
        .isEqualTo(FsStatus.OK);
    honest.close();
    local.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), local.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static byte[] call(int xid, int program, int procedure, byte[] arguments) {
    ByteBuffer record = ByteBuffer.allocate(4 + 40 + arguments.length);
    record.putInt(LAST | (40 + arguments.length));
    record.putInt(xid).putInt(0).putInt(2).putInt(program).putInt(1).putInt(procedure);
    record.putLong(0).putLong(0).put(arguments);
    return record.array();
  }

  @Test
  void hugeCountsAreGarbage() throws IOException {
    // transaction, no token, two thousand million operations
    byte[] arguments =
        ByteBuffer.allocate(16).putLong(0).putInt(0).putInt(Integer.MAX_VALUE).array();
    try (Socket socket = connect()) {
      socket.getOutputStream().write(call(7, Programs.FILESYSTEM.program(), 1, arguments));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int[] answer = new int[1 + 6];
      for (int i = 0; i < answer.length; i++) {
        answer[i] = in.readInt();
      }
      // record mark, xid, REPLY, MSG_ACCEPTED, AUTH_NONE, no verifier, GARBAGE_ARGS
      assertThat(answer).containsExactly(LAST | 24, 7, 1, 0, 0, 0, 4);
    }
  }

  @Test
  void anEndlessRecordIsCutOff() throws IOException {
    try (Socket socket = connect()) {
      new DataOutputStream(socket.getOutputStream()).writeInt(-1);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void randomAndMangledCallsToAllProceduresDoNoHarm() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      if (i % 500 == 0) {
        for (Socket socket : sockets) {
          socket.close();
        }
        sockets.clear();
        sockets.add(connect());
      }
      byte[] arguments = new byte[4 * random.nextInt(40)];
      if (random.nextBoolean()) {
        random.nextBytes(arguments);
      } else {
        ByteBuffer words = ByteBuffer.wrap(arguments);
        while (words.hasRemaining()) {
          words.putInt(random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(50));
        }
      }
      int program = PROGRAMS[random.nextInt(PROGRAMS.length)];
      byte[] record = call(i, program, random.nextInt(7), arguments);
      try {
        sockets.get(0).getOutputStream().write(record);
        drain(sockets.get(0));
      } catch (IOException e) {
        sockets.get(0).close();
        sockets.set(0, connect());
      }
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /// Takes what has arrived, so that the namenode need not stop reading.
  private static void drain(Socket socket) throws IOException {
    int available = socket.getInputStream().available();
    if (available > 0) {
      socket.getInputStream().skipNBytes(available);
    }
  }
}
