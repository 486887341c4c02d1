package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.Optional;
import java.util.function.Supplier;

/// Where a connection reads to: straight into the record that is being received, if there is memory
/// for it, else into a small buffer, from which the [RecordAssembler] takes the bytes.
final class ReceiveBuffers implements RecvByteBufAllocator {
  private static final int LEAST = 2048;
  private static final int FIRST = 16 * 1024;
  private static final int MOST = 32 * 1024;

  private final RecvByteBufAllocator small = new AdaptiveRecvByteBufAllocator(LEAST, FIRST, MOST);
  private final Supplier<Optional<ByteBuf>> record;

  /// @param record gives the memory behind what has arrived of a record, with a reference of its
  ///   own; asked on the event loop before each read
  ReceiveBuffers(Supplier<Optional<ByteBuf>> record) {
    this.record = record;
  }

  @Override
  @SuppressWarnings("deprecation") // the interface itself uses the name
  public Handle newHandle() {
    return new Chooser(small.newHandle());
  }

  @SuppressWarnings("deprecation")
  private final class Chooser extends DelegatingHandle implements ExtendedHandle {
    Chooser(Handle small) {
      super(small);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return record.get().orElseGet(() -> delegate().allocate(allocator));
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier more) {
      return ((ExtendedHandle) delegate()).continueReading(more);
    }
  }
}
