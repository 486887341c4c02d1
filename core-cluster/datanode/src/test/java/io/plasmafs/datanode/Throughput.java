package io.plasmafs.datanode;

import io.plasmafs.model.Ticket.Right;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.read_block_args;
import io.plasmafs.protocol.xdr.read_block_result;
import io.plasmafs.protocol.xdr.write_block_args;
import io.plasmafs.protocol.xdr.write_block_result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;

/// Measures what datanodes move: each in a process of its own with 96 MiB of heap, one client here.
/// Run by hand: `Throughput DIRECTORY [MEBIBYTES]`. Prints MiB/s and CPU seconds per GiB of client
/// and datanodes. The client makes checksums when it writes and verifies them when it reads.
final class Throughput {
  private static final int PIECE = 1 << 20;
  private static final int BLOCKS_PER_PIECE = PIECE / Nodes.BLOCK;
  private static final int WINDOW = 4;

  private final Nodes nodes;
  private final int pieces;
  private final ByteBuffer[] contents = new ByteBuffer[8];
  private final List<Process> processes;
  private long generation = 1;

  private Throughput(Nodes nodes, List<Process> processes, int pieces) {
    this.nodes = nodes;
    this.processes = processes;
    this.pieces = pieces;
    for (int i = 0; i < contents.length; i++) {
      byte[] bytes = new byte[PIECE];
      nodes.random.nextBytes(bytes);
      contents[i] = ByteBuffer.allocateDirect(PIECE).put(bytes).flip();
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    int mebibytes = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024;
    Files.createDirectories(directory);
    List<Process> processes = new ArrayList<>();
    try (Nodes nodes = Nodes.apart(directory, 3, (mebibytes + 64L) << 20, processes)) {
      Throughput run = new Throughput(nodes, processes, mebibytes);
      try (RpcClient unix = nodes.connect(nodes.unix(0))) {
        RpcClient tcp = nodes.clients.get(0);
        run.write("warm-up", tcp, true);
        run.write("write, TCP", tcp, false);
        run.write("write, TCP, sync", tcp, true);
        run.write("write, unix", unix, false);
        run.write("write, unix, sync", unix, true);
        run.read("warm-up", tcp, PIECE);
        run.read("read, TCP", tcp, PIECE);
        run.read("read, unix", unix, PIECE);
        run.read("read 64 KiB, TCP", tcp, Nodes.BLOCK);
        run.read("read 64 KiB, unix", unix, Nodes.BLOCK);
        run.write("chain of 2, TCP", tcp, false, 1);
        run.write("chain of 2, TCP, sync", tcp, true, 1);
        run.write("chain of 3, TCP", tcp, false, 1, 2);
        run.write("chain of 3, TCP, sync", tcp, true, 1, 2);
      }
    } finally {
      processes.forEach(Process::destroy);
      for (Process process : processes) {
        process.waitFor();
      }
      try (var files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void measure(String name, Work work) throws IOException {
    Duration[] before = cpu();
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    Duration[] after = cpu();
    double gibibytes = pieces / 1024.0;
    System.out.printf(
        Locale.ROOT,
        "%-24s %7.0f MiB/s   CPU s/GiB: client %.2f, datanodes %.2f%n",
        name,
        pieces / seconds,
        after[0].minus(before[0]).toMillis() / 1000.0 / gibibytes,
        after[1].minus(before[1]).toMillis() / 1000.0 / gibibytes);
  }

  private Duration[] cpu() {
    Duration there = Duration.ZERO;
    for (Process process : processes) {
      there = there.plus(process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO));
    }
    return new Duration[] {
      ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO), there
    };
  }

  private void write(String name, RpcClient client, boolean sync, int... chain) throws IOException {
    generation++;
    measure(
        name,
        () -> {
          Deque<CompletableFuture<write_block_result>> window = new ArrayDeque<>();
          for (int i = 0; i < pieces; i++) {
            if (window.size() == WINDOW) {
              require(window.remove().join().status);
            }
            window.add(nodes.write(client, piece(i, chain)));
          }
          for (CompletableFuture<write_block_result> last : window) {
            require(last.join().status);
          }
          if (sync) {
            int blocks = Math.min(4096, pieces * BLOCKS_PER_PIECE);
            require(nodes.sync(0, 0, blocks, generation).status);
            for (int node : chain) {
              require(nodes.sync(node, 0, blocks, generation).status);
            }
          }
        });
  }

  private write_block_args piece(int number, int... chain) {
    ByteBuffer content = contents[number % contents.length];
    long block = (long) number * BLOCKS_PER_PIECE;
    write_block_args piece =
        nodes.piece(0, block, 0, BLOCKS_PER_PIECE, generation, new byte[0], chain);
    piece.checksums = new int[BLOCKS_PER_PIECE];
    for (int i = 0; i < BLOCKS_PER_PIECE; i++) {
      piece.checksums[i] = crc(content.slice(i * Nodes.BLOCK, Nodes.BLOCK));
    }
    piece.data = BulkData.wrap(content.duplicate());
    return piece;
  }

  private void read(String name, RpcClient client, int size) throws IOException {
    measure(
        name,
        () -> {
          Deque<CompletableFuture<read_block_result>> window = new ArrayDeque<>();
          int count = (int) ((long) pieces * PIECE / size);
          for (int i = 0; i < count; i++) {
            if (window.size() == 2 * WINDOW) {
              verify(window.remove().join());
            }
            read_block_args arguments = new read_block_args();
            arguments.block = (long) i * size / Nodes.BLOCK;
            arguments.admission =
                nodes.ticket(0, Right.READ, arguments.block, size / Nodes.BLOCK, generation);
            arguments.offset = 0;
            arguments.length = size;
            window.add(
                client.call(
                    Programs.DATANODE, Programs.Datanode.READ, arguments, read_block_result::new));
          }
          for (CompletableFuture<read_block_result> last : window) {
            verify(last.join());
          }
        });
  }

  private static void verify(read_block_result result) throws IOException {
    require(result.status);
    for (int i = 0; i < result.checksums.length; i++) {
      if (result.data.crc32c(i * Nodes.BLOCK, Nodes.BLOCK) != result.checksums[i]) {
        throw new IOException("wrong checksum");
      }
    }
    result.data.release();
  }

  private static void require(int status) throws IOException {
    if (status != 0) {
      throw new IOException("status " + status);
    }
  }

  private static int crc(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
