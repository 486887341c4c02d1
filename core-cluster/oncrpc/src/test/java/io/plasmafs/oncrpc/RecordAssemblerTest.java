package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordAssemblerTest {
  private static final RpcLimits LIMITS = RpcLimits.defaults().withMaxFragments(50);

  private final PooledByteBufAllocator allocator =
      new PooledByteBufAllocator(true, 0, 1, 8192, 9, 0, 0, false);
  private final RecordMemory memory = new RecordMemory(allocator, 0);
  private final List<ByteBuf> records = new ArrayList<>();
  private final RecordAssembler assembler =
      new RecordAssembler(
          allocator,
          memory,
          RecordAssemblerTest::suffices,
          LIMITS,
          record -> {
            records.add(record);
            return true;
          });

  private static boolean suffices(int recordBytes, int arrived) {
    return arrived >= recordBytes / 16;
  }

  @AfterEach
  void giveUpUnfinishedRecord() {
    assembler.release();
    memory.close();
    assertThat(live()).isZero();
  }

  private long live() {
    return allocator.metric().directArenas().get(0).numActiveAllocations();
  }

  @Test
  void recordsAreTheSameHoweverTheyAreCut() throws Exception {
    long seed = System.nanoTime();
    System.out.println("RecordAssemblerTest, seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      List<byte[]> sent = new ArrayList<>();
      ByteBuf stream = Unpooled.buffer();
      for (int i = random.nextInt(5); i >= 0; i--) {
        byte[] record = new byte[random.nextInt(3) == 0 ? random.nextInt(200_000) : i * 13];
        random.nextBytes(record);
        sent.add(record);
        write(random, stream, record);
      }
      while (stream.isReadable()) {
        int most = 1 + random.nextInt(random.nextBoolean() ? 5 : 150_000);
        int length = Math.min(most, stream.readableBytes());
        Optional<ByteBuf> room = random.nextBoolean() ? assembler.room() : Optional.empty();
        int extra = random.nextBoolean() ? 0 : 70_000;
        ByteBuf read = room.orElseGet(() -> allocator.directBuffer(length + extra));
        read.writeBytes(stream, Math.min(length, read.capacity()));
        assembler.feed(read);
        read.release();
      }
      assertThat(records).hasSameSizeAs(sent);
      for (int i = 0; i < sent.size(); i++) {
        assertThat(records.get(i))
            .as("seed %d", seed)
            .isEqualTo(Unpooled.wrappedBuffer(sent.get(i)));
        records.get(i).release();
      }
      records.clear();
      assertThat(assembler.isInside()).isFalse();
      assertThat(assembler.bytesHeld()).isZero();
      assertThat(live()).isZero();
    }
  }

  private static void write(Random random, ByteBuf stream, byte[] record) {
    int at = 0;
    for (int i = random.nextInt(10); i > 0; i--) {
      int length = random.nextInt(record.length - at + 1);
      stream.writeInt(length).writeBytes(record, at, length);
      at += length;
    }
    stream.writeInt(0x8000_0000 | record.length - at).writeBytes(record, at, record.length - at);
  }

  @Test
  void bigPiecesAreNotCopied() throws Exception {
    ByteBuf read = allocator.directBuffer(32 * 1024);
    read.writeInt(0x8000_0000 | 50_000).writeZero(30_000);
    ByteBuf rest = allocator.directBuffer(20_000).writeZero(20_000);
    assembler.feed(read);
    assembler.feed(rest);
    ByteBuf record = records.get(0);
    assertThat(record.nioBufferCount()).isEqualTo(2);
    read.setByte(4, 17);
    rest.setByte(0, 18);
    assertThat(record.getByte(0)).isEqualTo((byte) 17);
    assertThat(record.getByte(30_000)).isEqualTo((byte) 18);
    read.release();
    rest.release();
    assertThat(live()).isEqualTo(2);
    record.release();
    assertThat(live()).isZero();
  }

  @Test
  void longRecordIsReadIntoItsOwnMemory() throws Exception {
    assertThat(assembler.room()).isEmpty();
    feed(mark(true, 1 << 20));
    assertThat(assembler.room()).as("before a part of it has arrived").isEmpty();
    feed(Unpooled.buffer().writeZero(1 << 16));
    ByteBuf room = assembler.room().orElseThrow();
    assertThat(assembler.memoryHeld()).isEqualTo(1 << 20);
    room.writeZero(room.capacity() - 1).writeByte(17);
    assembler.feed(room);
    ByteBuf record = records.get(0);
    assertThat(record.nioBufferCount()).isEqualTo(1);
    assertThat(record.readableBytes()).isEqualTo(1 << 20);
    room.setByte(room.capacity() - 1, 18);
    assertThat(record.getByte((1 << 20) - 1)).isEqualTo((byte) 18);
    room.release();
    record.release();
    assertThat(live()).isZero();
  }

  @Test
  void memoryIsTakenOnlyForBytesThatHaveArrived() throws Exception {
    feed(mark(true, 16 << 20));
    assertThat(live()).isZero();
    for (int i = 0; i < 20_000; i++) {
      ByteBuf one = allocator.directBuffer(64 * 1024).writeByte(i);
      assembler.feed(one);
      one.release();
    }
    assertThat(assembler.bytesHeld()).isEqualTo(20_000);
    assertThat(live()).isLessThanOrEqualTo(2); // of 16 KiB each
    assembler.release();
    assertThat(live()).isZero();
    assertThat(assembler.isInside()).isFalse();
  }

  @Test
  void lengthIsTestedBeforeAnythingElse() {
    assertThatThrownBy(() -> feed(mark(true, Integer.MAX_VALUE)))
        .isInstanceOf(RecordAssembler.BadRecord.class)
        .hasMessage("A record has 2147483647 bytes or more, at most 17825792 allowed");
  }

  @Test
  void lengthsOfFragmentsAddUp() throws Exception {
    feed(mark(false, 8).writeLong(0));
    assertThatThrownBy(() -> feed(mark(true, LIMITS.maxRecordBytes() - 7)))
        .isInstanceOf(RecordAssembler.BadRecord.class);
  }

  @Test
  void emptyFragmentsCount() throws Exception {
    for (int i = 0; i < 50; i++) {
      feed(mark(false, 0));
    }
    assertThatThrownBy(() -> feed(mark(true, 0)))
        .isInstanceOf(RecordAssembler.BadRecord.class)
        .hasMessage("A record has more than 50 fragments");
  }

  @Test
  void sinkCanPauseBetweenRecords() throws Exception {
    List<ByteBuf> taken = new ArrayList<>();
    RecordAssembler pausing =
        new RecordAssembler(
            allocator,
            memory,
            RecordAssemblerTest::suffices,
            LIMITS,
            record -> {
              taken.add(record);
              return false;
            });
    ByteBuf read = mark(true, 4).writeInt(1).writeInt(0x8000_0004).writeInt(2);
    pausing.feed(read);
    assertThat(taken).hasSize(1);
    assertThat(read.readableBytes()).isEqualTo(8);
    pausing.feed(read);
    assertThat(taken).hasSize(2);
    assertThat(taken.get(1).readInt()).isEqualTo(2);
    taken.forEach(ByteBuf::release);
    read.release();
  }

  private static ByteBuf mark(boolean last, int length) {
    return Unpooled.buffer().writeInt((last ? 0x8000_0000 : 0) | length);
  }

  private void feed(ByteBuf bytes) throws RecordAssembler.BadRecord {
    try {
      assembler.feed(bytes);
    } finally {
      bytes.release();
    }
  }
}
