package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Puts records together from the fragments of a byte stream (RFC 5531 §11).
///
/// | offset | width | |
/// |---|---|---|
/// | 0 | 1 bit | 1 in the last fragment of a record |
/// | 0 | 31 bits | length of the fragment |
/// | 4 | length | bytes of the fragment |
///
/// The length is compared with the limits before anything is done with it, and memory is taken only
/// for bytes that have arrived. Large pieces are kept as slices of what was read from the socket;
/// small ones are gathered in a buffer, so that what is kept is at most about twice what was sent.
///
/// Used by one event loop.
final class RecordAssembler {
  /// A peer breaks the rules of record marking; the connection cannot be used any more.
  static final class BadRecord extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    BadRecord(String reason) {
      super(reason);
      this.reason = reason;
    }

    String reason() {
      return reason;
    }
  }

  /// Takes the records.
  interface Sink {
    /// Takes one record, and owns it from now on.
    ///
    /// @return whether to go on with the next
    boolean record(ByteBuf record);
  }

  private static final int SLICE_FROM = 8 * 1024;
  private static final int GATHER_BYTES = 16 * 1024;

  private final ByteBufAllocator allocator;
  private final int maxRecordBytes;
  private final int maxFragments;
  private final Sink sink;

  private int markBytes;
  private int mark;
  private int fragments;
  private int fragmentLeft;
  private boolean last;
  private int recordBytes;
  private final List<ByteBuf> pieces = new ArrayList<>();
  private boolean gathering;

  RecordAssembler(ByteBufAllocator allocator, RpcLimits limits, Sink sink) {
    this.allocator = allocator;
    this.maxRecordBytes = limits.maxRecordBytes();
    this.maxFragments = limits.maxFragments();
    this.sink = sink;
  }

  /// Whether a record has begun and is not complete.
  boolean isInside() {
    return markBytes > 0 || fragments > 0;
  }

  /// Bytes that have arrived of the record that is not complete.
  int bytesHeld() {
    return recordBytes - fragmentLeft;
  }

  /// Takes bytes until there are no more, or the sink wants no more.
  ///
  /// @param in stays the caller's
  void feed(ByteBuf in) throws BadRecord {
    while (in.isReadable()) {
      if (fragmentLeft == 0) {
        if (!readMark(in)) {
          return;
        }
        beginFragment();
        if (fragmentLeft == 0 && !last) {
          continue;
        }
      }
      if (fragmentLeft > 0) {
        int length = Math.min(fragmentLeft, in.readableBytes());
        if (last && length == fragmentLeft && pieces.isEmpty()) {
          fragmentLeft = 0;
          reset();
          if (!sink.record(in.readRetainedSlice(length))) {
            return;
          }
          continue;
        }
        keep(in, length);
        fragmentLeft -= length;
      }
      if (fragmentLeft == 0 && last) {
        ByteBuf record = join();
        reset();
        if (!sink.record(record)) {
          return;
        }
      }
    }
  }

  /// Gives up what is there of an unfinished record.
  void release() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
    reset();
    fragmentLeft = 0;
    markBytes = 0;
  }

  private boolean readMark(ByteBuf in) {
    if (markBytes == 0 && in.readableBytes() >= 4) {
      mark = in.readInt();
      return true;
    }
    while (in.isReadable()) {
      mark = mark << 8 | in.readUnsignedByte();
      if (++markBytes == 4) {
        markBytes = 0;
        return true;
      }
    }
    return false;
  }

  private void beginFragment() throws BadRecord {
    int length = mark & 0x7fff_ffff;
    last = mark < 0;
    if (++fragments > maxFragments) {
      throw new BadRecord("A record has more than " + maxFragments + " fragments");
    }
    if (length > maxRecordBytes - recordBytes) {
      throw new BadRecord(
          "A record has "
              + ((long) recordBytes + length)
              + " bytes or more, at most "
              + maxRecordBytes
              + " allowed");
    }
    recordBytes += length;
    fragmentLeft = length;
  }

  private void keep(ByteBuf in, int length) {
    if (length >= SLICE_FROM && length >= in.capacity() / 2) {
      pieces.add(in.readRetainedSlice(length));
      gathering = false;
      return;
    }
    int left = length;
    while (left > 0) {
      if (!gathering) {
        pieces.add(allocator.directBuffer(GATHER_BYTES, GATHER_BYTES));
        gathering = true;
      }
      ByteBuf gather = pieces.get(pieces.size() - 1);
      int copied = Math.min(left, gather.writableBytes());
      gather.writeBytes(in, copied);
      left -= copied;
      gathering = gather.isWritable();
    }
  }

  private ByteBuf join() {
    ByteBuf record;
    if (pieces.isEmpty()) {
      record = allocator.directBuffer(0, 0);
    } else if (pieces.size() == 1) {
      record = pieces.get(0);
    } else {
      CompositeByteBuf composite = allocator.compositeDirectBuffer(Integer.MAX_VALUE);
      composite.addComponents(true, pieces);
      record = composite;
    }
    pieces.clear();
    return record;
  }

  private void reset() {
    fragments = 0;
    recordBytes = 0;
    gathering = false;
  }
}
