package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts records together from the fragments of a byte stream (RFC 5531 §11).
///
/// | offset | width | |
/// |---|---|---|
/// | 0 | 1 bit | 1 in the last fragment of a record |
/// | 0 | 31 bits | length of the fragment |
/// | 4 | length | bytes of the fragment |
///
/// The length is compared with the limits before anything is done with it. A short record is
/// gathered in small buffers, a long one in one piece of memory, which the socket is read into: its
/// bytes are in one place then, and were not copied on the way. A server takes that memory when a
/// part of the record has arrived, so that what a peer can make it hold is at most some times what
/// was sent.
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

  /// How far a peer is believed that says how long its record is.
  interface Trust {
    /// Whether memory for all of a long record may be taken.
    ///
    /// @param arrived bytes of it that are here
    boolean suffices(int recordBytes, int arrived);
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

  /// A record of this length or more gets its memory as a whole.
  private static final int WHOLE_FROM = 64 * 1024;

  private final ByteBufAllocator allocator;
  private final RecordMemory memory;
  private final Trust trust;
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

  /// Memory of all of the record; what has arrived is in front of its writer index.
  private @Nullable ByteBuf whole;

  /// The part of `whole` that the socket was last to be read into.
  private @Nullable ByteBuf room;

  RecordAssembler(
      ByteBufAllocator allocator, RecordMemory memory, Trust trust, RpcLimits limits, Sink sink) {
    this.allocator = allocator;
    this.memory = memory;
    this.trust = trust;
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

  /// Bytes of memory that it occupies.
  int memoryHeld() {
    return whole == null ? bytesHeld() : whole.capacity();
  }

  /// Whether there is memory for all that is to come of the record.
  boolean hasMemory() {
    return whole != null;
  }

  /// Bytes that are missing in the fragment that has begun.
  int bytesToCome() {
    return fragmentLeft;
  }

  /// Memory for the next bytes of a long record, as a view with a reference of its own. What is
  /// read into it has to be fed next.
  Optional<ByteBuf> room() {
    takeWhole();
    ByteBuf record = whole;
    if (record == null) {
      return Optional.empty();
    }
    ByteBuf view = record.retainedSlice(record.writerIndex(), fragmentLeft).clear();
    room = view;
    return Optional.of(view);
  }

  /// Takes memory for all of the record, if that is worth it, and brings there what has arrived.
  private void takeWhole() {
    if (whole != null
        || !last
        || recordBytes < WHOLE_FROM
        || fragmentLeft < SLICE_FROM
        || !trust.suffices(recordBytes, bytesHeld())) {
      return;
    }
    ByteBuf record = memory.take(recordBytes);
    for (ByteBuf piece : pieces) {
      record.writeBytes(piece);
      piece.release();
    }
    pieces.clear();
    whole = record;
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
        if (last && length == fragmentLeft && pieces.isEmpty() && whole == null) {
          fragmentLeft = 0;
          reset();
          if (!sink.record(in.readRetainedSlice(length))) {
            return;
          }
          continue;
        }
        takeWhole();
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
    if (whole != null) {
      whole.release();
      whole = null;
    }
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

  @SuppressWarnings("ReferenceEquality") // that very view, whatever its bytes
  private void keep(ByteBuf in, int length) {
    ByteBuf record = whole;
    if (record != null) {
      if (in == room) {
        in.skipBytes(length);
        record.writerIndex(record.writerIndex() + length);
      } else {
        record.writeBytes(in, length);
      }
      return;
    }
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
    if (whole != null) {
      record = whole;
      whole = null;
    } else if (pieces.isEmpty()) {
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
    room = null;
  }
}
