package io.plasmafs.oncrpc.xdr;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrDecodingStream;
import org.jspecify.annotations.Nullable;

/// Reads XDR values from a Netty buffer.
///
/// The `read…` methods are what generated code calls. Each compares a length or count with the
/// bound of the declaration **and** with the bytes that are there before it allocates anything,
/// refuses booleans other than 0 and 1, enum values that are not declared, text that is not UTF-8
/// and padding that is not zero. The methods inherited from remotetea check nothing but the end of
/// the buffer: no generated code may call them.
///
/// Values are read through one view of the buffer's memory, since the buffer itself checks its life
/// and its indexes for each. A record in several pieces is copied for that: a long one has one
/// piece, unless its sender cut it into fragments.
///
/// The buffer is borrowed: the stream never releases it. Bulk data handed out by [#readBulk] keeps
/// the memory alive by reference counts of its own; until [#keepBulk] is called the stream can take
/// all of it back with [#releaseBulk].
///
/// Not thread-safe: one thread decodes.
public final class NettyXdrDecodingStream extends XdrDecodingStream {
  /// Deepest nesting of types that contain themselves.
  public static final int MAX_DEPTH = 64;

  /// Longest linked list.
  public static final int MAX_LIST_LENGTH = 65_536;

  private final ByteBuf record;

  /// All of the record from its reader index on; what is in front of its position has been read.
  private final ByteBuffer in;

  private int depth;
  private @Nullable List<BulkData> bulk;

  /// @param record what to read, from its reader index to its writer index, neither of which is
  ///   moved; borrowed
  public NettyXdrDecodingStream(ByteBuf record) {
    this.record = record;
    this.in = record.nioBuffer();
    setCharacterEncoding("UTF-8");
  }

  /// The stream given to generated code, as this class.
  ///
  /// @throws IllegalArgumentException if it is another kind of stream, which would check nothing
  public static NettyXdrDecodingStream of(XdrDecodingStream xdr) {
    if (xdr instanceof NettyXdrDecodingStream checked) {
      return checked;
    }
    throw new IllegalArgumentException(
        "Cannot decode from a " + xdr.getClass().getName() + ": it does not check lengths");
  }

  /// Bytes not read yet.
  public int remaining() {
    return in.remaining();
  }

  /// Decodes all of `value`, and demands that nothing is left over.
  ///
  /// @throws XdrException if the bytes do not fit the type
  public void readAll(XdrAble value) throws XdrException {
    try {
      value.xdrDecode(this);
    } catch (XdrException e) {
      throw e;
    } catch (Exception e) {
      throw (XdrException)
          new XdrException("Cannot decode " + value.getClass().getSimpleName() + ": " + e)
              .initCause(e);
    }
    if (in.hasRemaining()) {
      throw new XdrException(
          in.remaining() + " bytes are left over after " + value.getClass().getSimpleName());
    }
  }

  /// A 32-bit integer, signed or unsigned.
  public int readInt(String field) throws XdrException {
    need(field, 4);
    return in.getInt();
  }

  /// A 64-bit integer, signed or unsigned.
  public long readLong(String field) throws XdrException {
    need(field, 8);
    return in.getLong();
  }

  /// A 32-bit floating point number.
  public float readFloat(String field) throws XdrException {
    return Float.intBitsToFloat(readInt(field));
  }

  /// A 64-bit floating point number.
  public double readDouble(String field) throws XdrException {
    return Double.longBitsToDouble(readLong(field));
  }

  /// A boolean, 0 or 1.
  public boolean readBoolean(String field) throws XdrException {
    int value = readInt(field);
    if ((value & ~1) != 0) {
      throw new XdrException(field + " is " + value + ", expected a boolean, 0 or 1");
    }
    return value == 1;
  }

  /// One of the declared values of an enum.
  ///
  /// @param allowed the declared values, ascending
  public int readEnum(String field, int[] allowed) throws XdrException {
    int value = readInt(field);
    XdrBounds.checkEnum(field, value, allowed);
    return value;
  }

  /// Fails: a union has no arm for this discriminant.
  public XdrException unknownArm(String field, int value) {
    return new XdrException(field + " is " + value + ", the union has no such arm");
  }

  /// Opaque data of variable length.
  ///
  /// @param max the declared bound in bytes
  public byte[] readOpaque(String field, int max) throws XdrException {
    return bytes(field, readCount(field, max, 1));
  }

  /// Opaque data of fixed length.
  public byte[] readFixedOpaque(String field, int length) throws XdrException {
    return bytes(field, length);
  }

  /// A string of valid UTF-8.
  ///
  /// @param max the declared bound in bytes
  public String readString(String field, int max) throws XdrException {
    byte[] bytes = readOpaque(field, max);
    for (byte b : bytes) {
      if (b < 0) {
        return decodeUtf8(field, bytes);
      }
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String decodeUtf8(String field, byte[] bytes) throws XdrException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw (XdrException)
          new XdrException(field + " is not UTF-8, in " + bytes.length + " bytes").initCause(e);
    }
  }

  /// The number of elements that follow, at most `max`, and no more than can be in the bytes left.
  ///
  /// @param minBytes fewest bytes that one element takes
  public int readCount(String field, int max, int minBytes) throws XdrException {
    int count = readInt(field);
    XdrBounds.checkCount(field, count, max);
    if ((long) count * minBytes > in.remaining()) {
      throw new XdrException(
          field + " announces " + count + " elements, only " + in.remaining() + " bytes follow");
    }
    return count;
  }

  /// Checks that `count` elements of a fixed array can be in the bytes left.
  public void checkFixed(String field, int count, int minBytes) throws XdrException {
    need(field, (long) count * minBytes);
  }

  /// A variable array of 32-bit integers.
  public int[] readIntArray(String field, int max) throws XdrException {
    return readFixedIntArray(field, readCount(field, max, 4));
  }

  /// A fixed array of 32-bit integers.
  public int[] readFixedIntArray(String field, int count) throws XdrException {
    need(field, 4L * count);
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getInt();
    }
    return values;
  }

  /// A variable array of 64-bit integers.
  public long[] readLongArray(String field, int max) throws XdrException {
    return readFixedLongArray(field, readCount(field, max, 8));
  }

  /// A fixed array of 64-bit integers.
  public long[] readFixedLongArray(String field, int count) throws XdrException {
    need(field, 8L * count);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getLong();
    }
    return values;
  }

  /// A variable array of booleans.
  public boolean[] readBooleanArray(String field, int max) throws XdrException {
    return readFixedBooleanArray(field, readCount(field, max, 4));
  }

  /// A fixed array of booleans.
  public boolean[] readFixedBooleanArray(String field, int count) throws XdrException {
    need(field, 4L * count);
    boolean[] values = new boolean[count];
    for (int i = 0; i < count; i++) {
      values[i] = readBoolean(field);
    }
    return values;
  }

  /// A variable array of 32-bit floating point numbers.
  public float[] readFloatArray(String field, int max) throws XdrException {
    return readFixedFloatArray(field, readCount(field, max, 4));
  }

  /// A fixed array of 32-bit floating point numbers.
  public float[] readFixedFloatArray(String field, int count) throws XdrException {
    need(field, 4L * count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getFloat();
    }
    return values;
  }

  /// A variable array of 64-bit floating point numbers.
  public double[] readDoubleArray(String field, int max) throws XdrException {
    return readFixedDoubleArray(field, readCount(field, max, 8));
  }

  /// A fixed array of 64-bit floating point numbers.
  public double[] readFixedDoubleArray(String field, int count) throws XdrException {
    need(field, 8L * count);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getDouble();
    }
    return values;
  }

  /// A variable array of enum values.
  public int[] readEnumArray(String field, int max, int[] allowed) throws XdrException {
    return readFixedEnumArray(field, readCount(field, max, 4), allowed);
  }

  /// A fixed array of enum values.
  public int[] readFixedEnumArray(String field, int count, int[] allowed) throws XdrException {
    int[] values = readFixedIntArray(field, count);
    for (int value : values) {
      XdrBounds.checkEnum(field, value, allowed);
    }
    return values;
  }

  /// Opaque data of variable length that is not copied: it shares the memory of the record.
  ///
  /// @param max the declared bound in bytes
  /// @return data with one reference, which belongs to whoever owns the decoded value
  public BulkData readBulk(String field, int max) throws XdrException {
    int length = readCount(field, max, 1);
    int padding = -length & 3;
    need(field, (long) length + padding);
    BulkData data = BulkData.of(record.retainedSlice(record.readerIndex() + in.position(), length));
    in.position(in.position() + length);
    if (bulk == null) {
      bulk = new ArrayList<>(1);
    }
    bulk.add(data);
    skipPadding(field, padding);
    return data;
  }

  /// Takes back all bulk data handed out: each loses the one reference it was given with. For a
  /// value that could not be decoded to its end or that nobody will use.
  public void releaseBulk() {
    if (bulk != null) {
      bulk.forEach(BulkData::release);
      bulk = null;
    }
  }

  /// Whether [#readBulk] has handed out anything that was neither released nor kept.
  public boolean holdsBulk() {
    return bulk != null;
  }

  /// Gives the ownership of all bulk data to whoever holds the decoded value.
  public void keepBulk() {
    bulk = null;
  }

  /// Enters a type that may contain itself.
  ///
  /// @throws XdrException if that has happened [#MAX_DEPTH] times already
  public void enter(String type) throws XdrException {
    if (++depth > MAX_DEPTH) {
      throw new XdrException(type + " is nested deeper than " + MAX_DEPTH);
    }
  }

  /// Leaves what [#enter] has entered.
  public void leave() {
    depth--;
  }

  /// Checks the length of a linked list before one more element is taken.
  ///
  /// @param length number of elements, the new one included
  public void checkListLength(String type, int length) throws XdrException {
    if (length > MAX_LIST_LENGTH) {
      throw new XdrException("The list of " + type + " is longer than " + MAX_LIST_LENGTH);
    }
  }

  private byte[] bytes(String field, int length) throws XdrException {
    int padding = -length & 3;
    need(field, (long) length + padding);
    byte[] bytes = new byte[length];
    in.get(bytes);
    skipPadding(field, padding);
    return bytes;
  }

  private void skipPadding(String field, int padding) throws XdrException {
    for (int i = 0; i < padding; i++) {
      if (in.get() != 0) {
        throw new XdrException(field + " is padded with something else than zeros");
      }
    }
  }

  private void need(String field, long bytes) throws XdrException {
    if (in.remaining() < bytes) {
      throw new XdrException(
          field + " needs " + bytes + " bytes, the record has only " + in.remaining() + " left");
    }
  }

  // What remotetea's own types call.

  @Override
  public InetAddress getSenderAddress() {
    throw new UnsupportedOperationException("a decoding stream does not know the peer");
  }

  @Override
  public int getSenderPort() {
    throw new UnsupportedOperationException("a decoding stream does not know the peer");
  }

  @Override
  public void beginDecoding() {}

  @Override
  public int xdrDecodeInt() throws XdrException {
    return readInt("An integer");
  }

  @Override
  public byte[] xdrDecodeOpaque(int length) throws XdrException {
    XdrBounds.checkCount("An opaque value", length, Integer.MAX_VALUE);
    return bytes("An opaque value", length);
  }

  @Override
  public void xdrDecodeOpaque(byte[] opaque, int offset, int length) throws XdrException {
    XdrBounds.checkCount("An opaque value", length, opaque.length - offset);
    int padding = -length & 3;
    need("An opaque value", (long) length + padding);
    in.get(opaque, offset, length);
    skipPadding("An opaque value", padding);
  }
}
