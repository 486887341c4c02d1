package io.plasmafs.oncrpc.xdr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.FileRegion;
import io.plasmafs.oncrpc.sample.read_result;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BulkDataTest {
  private static final int LENGTH = 100_001;

  private final byte[] content = new byte[LENGTH];

  BulkDataTest() {
    new Random(5).nextBytes(content);
  }

  @Test
  void payloadIsEncodedWithoutCopying() throws Exception {
    ByteBuffer memory = ByteBuffer.allocateDirect(LENGTH).put(content).flip();
    ByteBuf wrapped = Unpooled.wrappedBuffer(memory);
    read_result result = new read_result();
    result.data = BulkData.of(wrapped);
    EncodedMessage message = encode(result);
    assertThat(message.partCount()).isEqualTo(3); // length, payload, padding
    ByteBuf payload = (ByteBuf) message.part(1);
    assertThat(payload.memoryAddress()).isEqualTo(wrapped.memoryAddress());
    assertThat(payload.readableBytes()).isEqualTo(LENGTH);
    assertThat(message.bytes()).isEqualTo(4 + LENGTH + 3);
    result.data.release();
    assertThat(wrapped.refCnt()).isEqualTo(1);
    message.release();
    assertThat(wrapped.refCnt()).isZero();
  }

  @Test
  void payloadIsDecodedWithoutCopying() throws Exception {
    ByteBuf record = Unpooled.directBuffer(LENGTH + 8);
    record.writeInt(LENGTH).writeBytes(content).writeZero(3);
    NettyXdrDecodingStream in = new NettyXdrDecodingStream(record);
    read_result result = new read_result();
    in.readAll(result);
    in.keepBulk();
    record.setByte(4, content[0] + 1);
    assertThat(result.data.buffers()[0].get(0)).isEqualTo((byte) (content[0] + 1));
    record.release();
    assertThat(record.refCnt()).isEqualTo(1);
    result.data.release();
    assertThat(record.refCnt()).isZero();
  }

  @Test
  void bulkDataOfAValueThatIsRefusedIsReleased() {
    ByteBuf record = Unpooled.directBuffer(64);
    record.writeInt(8).writeLong(1).writeInt(99);
    NettyXdrDecodingStream in = new NettyXdrDecodingStream(record);
    assertThatThrownBy(() -> in.readAll(new read_result())).isInstanceOf(XdrException.class);
    in.releaseBulk();
    record.release();
    assertThat(record.refCnt()).isZero();
  }

  @Test
  void fileRangeIsARegionAndLeavesTheFileOpen(@TempDir Path directory) throws Exception {
    Path path = Files.write(directory.resolve("data"), content);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      AtomicInteger released = new AtomicInteger();
      read_result result = new read_result();
      result.data = BulkData.file(file, 17, 5000, released::incrementAndGet);
      assertThat(result.data.toByteArray()).isEqualTo(slice(17, 5000));
      EncodedMessage message = encode(result);
      FileRegion region = (FileRegion) message.part(1);
      assertThat(region.count()).isEqualTo(5000);
      result.data.release();
      assertThat(released).hasValue(0);
      message.release();
      assertThat(released).hasValue(1);
      assertThat(file.isOpen()).isTrue();
    }
  }

  @Test
  void ownerLearnsWhenItsMemoryIsFree() throws Exception {
    AtomicInteger released = new AtomicInteger();
    ByteBuffer memory = ByteBuffer.allocateDirect(LENGTH).put(content).flip();
    BulkData data = BulkData.wrap(memory, released::incrementAndGet);
    BulkData part = data.slice(10, 5000);
    read_result result = new read_result();
    result.data = part;
    EncodedMessage message = encode(result);
    data.release();
    part.release();
    assertThat(released).hasValue(0);
    message.release();
    assertThat(released).hasValue(1);
  }

  @Test
  void piecesAreJoinedWithoutCopying(@TempDir Path directory) throws Exception {
    AtomicInteger released = new AtomicInteger();
    Path path = Files.write(directory.resolve("data"), content);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      BulkData all =
          BulkData.concat(
              List.of(
                  BulkData.wrap(ByteBuffer.wrap(slice(0, 30_000)), released::incrementAndGet),
                  BulkData.empty(),
                  BulkData.file(file, 30_000, 20_000, released::incrementAndGet),
                  BulkData.wrap(slice(50_000, LENGTH - 50_000))));
      assertThat(all.length()).isEqualTo(LENGTH);
      assertThat(all.toByteArray()).isEqualTo(content);
      Path copy = directory.resolve("copy");
      try (FileChannel target =
          FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        all.writeTo(target, 7);
      }
      assertThat(Files.size(copy)).isEqualTo(7 + LENGTH);
      CRC32C crc = new CRC32C();
      crc.update(content, 29_000, 40_000);
      assertThat(all.crc32c(29_000, 40_000)).isEqualTo((int) crc.getValue());
      assertThatThrownBy(() -> all.crc32c(1, LENGTH)).isInstanceOf(IndexOutOfBoundsException.class);
      all.release();
    }
    assertThat(released).hasValue(2);
  }

  private byte[] slice(int from, int length) {
    return java.util.Arrays.copyOfRange(content, from, from + length);
  }

  private static EncodedMessage encode(read_result result) throws XdrException {
    try (NettyXdrEncodingStream out =
        new NettyXdrEncodingStream(UnpooledByteBufAllocator.DEFAULT)) {
      out.writeAll(result);
      return out.finish();
    }
  }
}
