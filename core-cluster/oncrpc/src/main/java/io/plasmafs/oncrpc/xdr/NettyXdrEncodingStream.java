package io.plasmafs.oncrpc.xdr;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FileRegion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrEncodingStream;
import org.jspecify.annotations.Nullable;

/// Writes XDR values as a sequence of parts: buffers of its own for everything small, and between
/// them the payloads that are not copied. Values go through one view of the last buffer's memory,
/// since the buffer itself checks its life and its indexes for each.
///
/// The `write…` methods are what generated code calls. Each refuses what the declaration does not
/// allow, so that a peer never gets what it would have to refuse.
///
/// The stream owns its parts until [#finish]; [#close] gives them up. Not thread-safe.
public final class NettyXdrEncodingStream extends XdrEncodingStream implements AutoCloseable {
  private static final int COPY_BELOW = 2048;
  private static final int SPILL_ABOVE = 64 * 1024;
  private static final int PART_BYTES = 256;
  private static final ByteBuffer NO_ROOM = ByteBuffer.allocate(0);

  private final ByteBufAllocator allocator;
  private final List<Object> parts = new ArrayList<>(4);
  private @Nullable ByteBuf tail;

  /// All the memory of the tail. Its position is where the next value goes; the tail's own writer
  /// index is set only when the view is given up.
  private ByteBuffer view = NO_ROOM;

  private long sealedBytes;
  private int depth;

  /// @param allocator gives the buffers for small values
  public NettyXdrEncodingStream(ByteBufAllocator allocator) {
    this.allocator = allocator;
    setCharacterEncoding("UTF-8");
  }

  /// The stream given to generated code, as this class.
  ///
  /// @throws IllegalArgumentException if it is another kind of stream, which would check nothing
  public static NettyXdrEncodingStream of(XdrEncodingStream xdr) {
    if (xdr instanceof NettyXdrEncodingStream checked) {
      return checked;
    }
    throw new IllegalArgumentException(
        "Cannot encode to a " + xdr.getClass().getName() + ": it does not check lengths");
  }

  /// Bytes written so far, payloads included.
  public long length() {
    return sealedBytes + view.position();
  }

  /// Encodes a whole value.
  ///
  /// @throws XdrException if a field is missing or beyond its bound
  public void writeAll(XdrAble value) throws XdrException {
    try {
      value.xdrEncode(this);
    } catch (XdrException e) {
      throw e;
    } catch (Exception e) {
      throw (XdrException)
          new XdrException("Cannot encode " + value.getClass().getSimpleName() + ": " + e)
              .initCause(e);
    }
  }

  /// A 32-bit integer, signed or unsigned.
  public void writeInt(int value) {
    room(4).putInt(value);
  }

  /// A 64-bit integer, signed or unsigned.
  public void writeLong(long value) {
    room(8).putLong(value);
  }

  /// A 32-bit floating point number.
  public void writeFloat(float value) {
    room(4).putFloat(value);
  }

  /// A 64-bit floating point number.
  public void writeDouble(double value) {
    room(8).putDouble(value);
  }

  /// A boolean.
  public void writeBoolean(boolean value) {
    writeInt(value ? 1 : 0);
  }

  /// One of the declared values of an enum.
  ///
  /// @param allowed the declared values, ascending
  public void writeEnum(String field, int value, int[] allowed) throws XdrException {
    XdrBounds.checkEnum(field, value, allowed);
    writeInt(value);
  }

  /// Fails: a union has no arm for this discriminant.
  public XdrException unknownArm(String field, int value) {
    return new XdrException(field + " is " + value + ", the union has no such arm");
  }

  /// The value itself, unless it is missing.
  public <T> T require(String field, @Nullable T value) throws XdrException {
    return XdrBounds.checkPresent(field, value);
  }

  /// The number of elements that will follow.
  public void writeCount(String field, int count, int max) throws XdrException {
    XdrBounds.checkCount(field, count, max);
    writeInt(count);
  }

  /// Checks the length of a fixed array.
  public void checkFixed(String field, int count, int expected) throws XdrException {
    if (count != expected) {
      throw new XdrException(field + " has length " + count + ", expected exactly " + expected);
    }
  }

  /// Opaque data of variable length, copied.
  public void writeOpaque(String field, byte @Nullable [] value, int max) throws XdrException {
    byte[] bytes = XdrBounds.checkPresent(field, value);
    writeCount(field, bytes.length, max);
    put(bytes, 0, bytes.length);
  }

  /// Opaque data of fixed length, copied.
  public void writeFixedOpaque(String field, byte @Nullable [] value, int length)
      throws XdrException {
    byte[] bytes = XdrBounds.checkPresent(field, value);
    checkFixed(field, bytes.length, length);
    put(bytes, 0, bytes.length);
  }

  /// A string, as UTF-8.
  ///
  /// @param max the declared bound in bytes
  public void writeString(String field, @Nullable String value, int max) throws XdrException {
    writeOpaque(field, XdrBounds.checkPresent(field, value).getBytes(StandardCharsets.UTF_8), max);
  }

  /// A variable array of 32-bit integers.
  public void writeIntArray(String field, int @Nullable [] values, int max) throws XdrException {
    int[] present = XdrBounds.checkPresent(field, values);
    writeCount(field, present.length, max);
    writeFixedIntArray(field, present, present.length);
  }

  /// A fixed array of 32-bit integers.
  public void writeFixedIntArray(String field, int @Nullable [] values, int length)
      throws XdrException {
    int[] present = XdrBounds.checkPresent(field, values);
    checkFixed(field, present.length, length);
    for (int value : present) {
      writeInt(value);
    }
  }

  /// A variable array of 64-bit integers.
  public void writeLongArray(String field, long @Nullable [] values, int max) throws XdrException {
    long[] present = XdrBounds.checkPresent(field, values);
    writeCount(field, present.length, max);
    writeFixedLongArray(field, present, present.length);
  }

  /// A fixed array of 64-bit integers.
  public void writeFixedLongArray(String field, long @Nullable [] values, int length)
      throws XdrException {
    long[] present = XdrBounds.checkPresent(field, values);
    checkFixed(field, present.length, length);
    for (long value : present) {
      writeLong(value);
    }
  }

  /// A variable array of booleans.
  public void writeBooleanArray(String field, boolean @Nullable [] values, int max)
      throws XdrException {
    boolean[] present = XdrBounds.checkPresent(field, values);
    writeCount(field, present.length, max);
    writeFixedBooleanArray(field, present, present.length);
  }

  /// A fixed array of booleans.
  public void writeFixedBooleanArray(String field, boolean @Nullable [] values, int length)
      throws XdrException {
    boolean[] present = XdrBounds.checkPresent(field, values);
    checkFixed(field, present.length, length);
    for (boolean value : present) {
      writeBoolean(value);
    }
  }

  /// A variable array of 32-bit floating point numbers.
  public void writeFloatArray(String field, float @Nullable [] values, int max)
      throws XdrException {
    float[] present = XdrBounds.checkPresent(field, values);
    writeCount(field, present.length, max);
    writeFixedFloatArray(field, present, present.length);
  }

  /// A fixed array of 32-bit floating point numbers.
  public void writeFixedFloatArray(String field, float @Nullable [] values, int length)
      throws XdrException {
    float[] present = XdrBounds.checkPresent(field, values);
    checkFixed(field, present.length, length);
    for (float value : present) {
      writeFloat(value);
    }
  }

  /// A variable array of 64-bit floating point numbers.
  public void writeDoubleArray(String field, double @Nullable [] values, int max)
      throws XdrException {
    double[] present = XdrBounds.checkPresent(field, values);
    writeCount(field, present.length, max);
    writeFixedDoubleArray(field, present, present.length);
  }

  /// A fixed array of 64-bit floating point numbers.
  public void writeFixedDoubleArray(String field, double @Nullable [] values, int length)
      throws XdrException {
    double[] present = XdrBounds.checkPresent(field, values);
    checkFixed(field, present.length, length);
    for (double value : present) {
      writeDouble(value);
    }
  }

  /// A variable array of enum values.
  public void writeEnumArray(String field, int @Nullable [] values, int max, int[] allowed)
      throws XdrException {
    int[] present = XdrBounds.checkPresent(field, values);
    writeCount(field, present.length, max);
    writeFixedEnumArray(field, present, present.length, allowed);
  }

  /// A fixed array of enum values.
  public void writeFixedEnumArray(String field, int @Nullable [] values, int length, int[] allowed)
      throws XdrException {
    int[] present = XdrBounds.checkPresent(field, values);
    checkFixed(field, present.length, length);
    for (int value : present) {
      writeEnum(field, value, allowed);
    }
  }

  /// Opaque data of variable length that is not copied. The caller keeps its own reference.
  public void writeBulk(String field, @Nullable BulkData value, int max) throws XdrException {
    BulkData data = XdrBounds.checkPresent(field, value);
    XdrBounds.checkCount(field, data.length(), max);
    data.encode(this);
  }

  /// Opaque data of variable length, from its reader index to its writer index; copied if it is
  /// small, otherwise a part of its own.
  ///
  /// @param payload its reference passes to this stream
  public void encodeOpaqueSlice(ByteBuf payload) {
    int length = payload.readableBytes();
    writeInt(length);
    if (length < COPY_BELOW) {
      ByteBuffer room = room(length);
      payload.readBytes(room.slice(room.position(), length));
      room.position(room.position() + length);
      payload.release();
    } else {
      add(payload, length);
    }
    pad(length);
  }

  /// Opaque data of variable length that goes from a file to the socket.
  ///
  /// @param payload its reference passes to this stream
  public void encodeOpaqueRegion(FileRegion payload) {
    int length = Math.toIntExact(payload.count());
    writeInt(length);
    add(payload, length);
    pad(length);
  }

  /// Enters a type that may contain itself.
  public void enter(String type) throws XdrException {
    if (++depth > NettyXdrDecodingStream.MAX_DEPTH) {
      throw new XdrException(type + " is nested deeper than " + NettyXdrDecodingStream.MAX_DEPTH);
    }
  }

  /// Leaves what [#enter] has entered.
  public void leave() {
    depth--;
  }

  /// Checks the length of a linked list before one more element is written.
  public void checkListLength(String type, int length) throws XdrException {
    if (length > NettyXdrDecodingStream.MAX_LIST_LENGTH) {
      throw new XdrException(
          "The list of " + type + " is longer than " + NettyXdrDecodingStream.MAX_LIST_LENGTH);
    }
  }

  /// What was written. Ownership passes to the caller; the stream is empty again.
  public EncodedMessage finish() {
    seal();
    EncodedMessage message = new EncodedMessage(parts.toArray(), sealedBytes);
    parts.clear();
    sealedBytes = 0;
    return message;
  }

  /// Gives up everything that was not finished.
  @Override
  public void close() {
    finish().release();
  }

  /// The view, with room for so many bytes at its position.
  private ByteBuffer room(int bytes) {
    return view.remaining() >= bytes ? view : enlarge(bytes);
  }

  private ByteBuffer enlarge(int bytes) {
    ByteBuf current = tail;
    if (current != null && current.capacity() < SPILL_ABOVE) {
      current.writerIndex(view.position()).ensureWritable(bytes);
    } else {
      int least = current == null ? PART_BYTES : SPILL_ABOVE;
      seal();
      current = allocator.directBuffer(Math.max(least, bytes));
      tail = current;
    }
    int written = current.writerIndex();
    view = current.nioBuffer(0, current.capacity()).position(written);
    return view;
  }

  private void add(Object payload, int length) {
    seal();
    parts.add(payload);
    sealedBytes += length;
  }

  private void seal() {
    ByteBuf current = tail;
    if (current != null) {
      parts.add(current.writerIndex(view.position()));
      sealedBytes += view.position();
      tail = null;
      view = NO_ROOM;
    }
  }

  private void put(byte[] bytes, int offset, int length) {
    room(length).put(bytes, offset, length);
    pad(length);
  }

  private void pad(int length) {
    int padding = -length & 3;
    if (padding != 0) {
      ByteBuffer room = room(padding);
      for (int i = 0; i < padding; i++) {
        room.put((byte) 0);
      }
    }
  }

  // What remotetea's own types call.

  @Override
  public void xdrEncodeInt(int value) {
    writeInt(value);
  }

  @Override
  public void xdrEncodeOpaque(byte[] value, int offset, int length) {
    put(value, offset, length);
  }
}
