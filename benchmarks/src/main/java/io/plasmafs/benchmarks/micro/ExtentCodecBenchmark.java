package io.plasmafs.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.Replica;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.CompoundMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A request that attaches runs of blocks to a file, to bytes and back.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // the harness sets up first
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class ExtentCodecBenchmark {
  private static final int RUNS = 16;

  /// Blocks in each of the runs, each with a checksum.
  @Param({"1", "256"})
  public int blocks;

  private Compound compound;
  private ByteBuf encoded;

  /// Makes the request, and its bytes.
  @Setup
  public void make() throws XdrException {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      Extent extent =
          new Extent(
              (long) i * blocks,
              blocks,
              1000 + i,
              List.of(
                  new Replica(new DatanodeId(1), i * 5000L),
                  new Replica(new DatanodeId(2), i * 7000L)),
              Checksums.of(new int[blocks]));
      operations.add(new Operation.Attach(Location.of("/directory/file"), extent, 65536L * blocks));
    }
    compound = new Compound(7, Optional.empty(), operations);
    EncodedMessage message = write();
    encoded = Unpooled.buffer(Math.toIntExact(message.bytes()));
    for (int i = 0; i < message.partCount(); i++) {
      encoded.writeBytes(((ByteBuf) message.part(i)).duplicate());
    }
    message.release();
  }

  private EncodedMessage write() throws XdrException {
    try (NettyXdrEncodingStream out = new NettyXdrEncodingStream(PooledByteBufAllocator.DEFAULT)) {
      out.writeAll(new CompoundMessage(compound));
      return out.finish();
    }
  }

  /// Sixteen runs to bytes.
  @Benchmark
  public long encode() throws XdrException {
    EncodedMessage message = write();
    long bytes = message.bytes();
    message.release();
    return bytes;
  }

  /// Sixteen runs from bytes.
  @Benchmark
  public Compound decode() throws XdrException {
    CompoundMessage message = new CompoundMessage();
    new NettyXdrDecodingStream(encoded.duplicate()).readAll(message);
    return message.compound();
  }
}
