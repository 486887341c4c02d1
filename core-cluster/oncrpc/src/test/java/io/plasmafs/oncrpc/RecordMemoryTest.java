package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordMemoryTest {
  private static final int RECORD = (1 << 20) + 300;

  private final PooledByteBufAllocator allocator =
      new PooledByteBufAllocator(true, 0, 1, 8192, 9, 0, 0, false);
  private final RecordMemory memory = new RecordMemory(allocator, 3 << 20);

  @AfterEach
  void nothingIsKeptAfterTheEnd() {
    memory.close();
    assertThat(live()).isZero();
  }

  private long live() {
    return allocator.metric().directArenas().get(0).numActiveAllocations();
  }

  @Test
  void givesWhatWasAskedForAndNoMore() {
    for (int bytes : new int[] {1, 65_536, 70_000, RECORD, 4 << 20}) {
      ByteBuf record = memory.take(bytes);
      assertThat(record.writableBytes()).isEqualTo(bytes);
      assertThat(record.readableBytes()).isZero();
      assertThat(record.isDirect()).isTrue();
      record.release();
    }
  }

  @Test
  void sameMemoryServesTheNextRecord() {
    ByteBuf first = memory.take(RECORD);
    first.writeLong(7);
    ByteBuf part = first.retainedSlice(0, 8);
    first.release();
    ByteBuf other = memory.take(RECORD); // the first is still in use
    assertThat(live()).isEqualTo(2);
    assertThat(part.readLong()).isEqualTo(7);
    part.release();
    other.release();
    for (int i = 0; i < 10; i++) {
      memory.take(RECORD - i).release();
    }
    assertThat(live()).isEqualTo(2);
  }

  @Test
  void keepsNoMoreThanItMay() {
    List<ByteBuf> records = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      records.add(memory.take(RECORD));
    }
    assertThat(live()).isEqualTo(10);
    records.forEach(ByteBuf::release);
    assertThat(live()).isEqualTo(2);
  }

  @Test
  void keepsNothingThatIsReleasedAfterTheEnd() {
    ByteBuf record = memory.take(RECORD);
    memory.close();
    record.release();
    assertThat(live()).isZero();
  }
}
