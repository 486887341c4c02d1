package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.util.ResourceLeakDetector;
import io.plasmafs.oncrpc.sample.Sample;
import io.plasmafs.oncrpc.sample.everything;
import io.plasmafs.oncrpc.sample.read_args;
import io.plasmafs.oncrpc.sample.read_result;
import io.plasmafs.oncrpc.sample.write_args;
import io.plasmafs.oncrpc.sample.write_result;
import io.plasmafs.oncrpc.xdr.BulkData;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.acplt.oncrpc.XdrInt;
import org.acplt.oncrpc.XdrVoid;

/// A server of the sample program at a TCP port and a socket file, and clients for it. All buffers
/// come from an allocator that counts them: when a test ends, none may be left.
final class SampleServer implements AutoCloseable {
  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  static final RpcProgramVersion ID =
      new RpcProgramVersion("Sample", Sample.SAMPLE, Sample.SAMPLE_V1);
  static final int HOLD = 10;
  static final int THROW = 11;
  static final int FORGET = 12;
  static final int READ_FILE = 13;
  static final int CREDENTIALS = 14;
  static final Duration SOON = Duration.ofSeconds(20);

  /// A call that waits until the test answers it.
  record Held(int number, RpcCall call, ReplySink reply) {}

  final BlockingQueue<Held> held = new LinkedBlockingQueue<>();
  final BlockingQueue<RpcCall> seen = new LinkedBlockingQueue<>();
  final AtomicInteger regionsSent = new AtomicInteger();
  final RpcServer server;
  final RpcTransport transport;
  private final PooledByteBufAllocator allocator;
  private final Path directory;
  private final FileChannel file;

  SampleServer(RpcLimits limits, boolean epoll) {
    this(limits, epoll, Authenticator.ANY);
  }

  SampleServer(RpcLimits limits, boolean epoll, Authenticator authenticator) {
    // No thread caches: what is freed is seen to be free at once.
    allocator = new PooledByteBufAllocator(true, 0, 2, 8192, 9, 0, 0, false);
    transport = RpcTransport.open(2, epoll && Epoll.isAvailable(), allocator);
    try {
      directory = Files.createTempDirectory("rpc");
      file = FileChannel.open(Files.write(directory.resolve("data"), pattern(0, 4 << 20)));
      server =
          RpcServer.bind(
              transport,
              List.of(
                  new InetSocketAddress("127.0.0.1", 0),
                  UnixDomainSocketAddress.of(directory.resolve("socket"))),
              List.of(program()),
              limits,
              authenticator);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private RpcProgram program() {
    return RpcProgram.of(ID)
        .procedure(Sample.ECHO_1, "ECHO", everything::new, (all, call, reply) -> reply.success(all))
        .procedure(Sample.WRITE_1, "WRITE", write_args::new, this::write)
        .procedure(Sample.READ_1, "READ", read_args::new, this::read)
        .procedure(Sample.ADD_1, "ADD", XdrInt::new, (n, call, reply) -> reply.success(plusOne(n)))
        .procedure(
            HOLD,
            "HOLD",
            XdrInt::new,
            (n, call, reply) -> hold(new Held(n.intValue(), call, reply)))
        .procedure(
            THROW,
            "THROW",
            (call, reply) -> {
              throw new IllegalStateException("the secret of the server");
            })
        .procedure(FORGET, "FORGET", (call, reply) -> seen.add(call))
        .procedure(READ_FILE, "READ_FILE", read_args::new, this::readFile)
        .procedure(
            CREDENTIALS,
            "CREDENTIALS",
            (call, reply) -> {
              seen.add(call);
              reply.success();
            })
        .build();
  }

  private void hold(Held call) {
    held.add(call);
  }

  static XdrInt plusOne(XdrInt n) {
    return new XdrInt(n.intValue() + 1);
  }

  private void write(write_args args, RpcCall call, ReplySink reply) {
    seen.add(call);
    write_result result = new write_result();
    result.count = args.data.crc32c(0, args.data.length());
    reply.success(result);
  }

  private void read(read_args args, RpcCall call, ReplySink reply) {
    read_result result = new read_result();
    ByteBuffer memory = ByteBuffer.allocateDirect(args.length);
    memory.put(pattern((int) args.offset, args.length)).flip();
    result.data = BulkData.wrap(memory);
    reply.success(result);
    result.data.release();
  }

  private void readFile(read_args args, RpcCall call, ReplySink reply) {
    read_result result = new read_result();
    result.data = BulkData.file(file, args.offset, args.length, regionsSent::incrementAndGet);
    reply.success(result);
    result.data.release();
  }

  /// Bytes that tell where they were.
  static byte[] pattern(int offset, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ((offset + i) * 31 >> 3);
    }
    return bytes;
  }

  SocketAddress tcp() {
    return server.addresses().get(0);
  }

  SocketAddress unix() {
    return server.addresses().get(1);
  }

  RpcClient connect(SocketAddress address) {
    return connect(address, RpcLimits.defaults());
  }

  RpcClient connect(SocketAddress address, RpcLimits limits) {
    return RpcClient.connect(transport, address, limits, Credentials.NONE).join();
  }

  /// Proves that the service is well.
  void assertServing() {
    try (RpcClient client = connect(tcp())) {
      XdrInt answer = client.call(ID, Sample.ADD_1, new XdrInt(41), XdrInt::new).join();
      assertThat(answer.intValue()).isEqualTo(42);
    }
  }

  static void callNothing(RpcClient client) {
    client.call(ID, 0, XdrVoid.XDR_VOID, () -> XdrVoid.XDR_VOID).join();
  }

  long liveBuffers() {
    return allocator.metric().directArenas().stream()
            .mapToLong(arena -> arena.numActiveAllocations())
            .sum()
        + allocator.metric().heapArenas().stream()
            .mapToLong(arena -> arena.numActiveAllocations())
            .sum();
  }

  long directMemory() {
    return allocator.metric().usedDirectMemory();
  }

  /// Closes everything, and demands that all memory has been given back.
  @Override
  public void close() throws IOException {
    server.close();
    Eventually.isTrue(() -> server.connections() == 0, "all connections are closed");
    transport.close();
    Eventually.isTrue(() -> liveBuffers() == 0, "all buffers are released");
    assertThat(server.receivedBytes()).as("bytes accounted for").isZero();
    file.close();
    try (var files = Files.list(directory)) {
      for (Path path : files.toList()) {
        Files.delete(path);
      }
    }
    Files.delete(directory);
  }
}
