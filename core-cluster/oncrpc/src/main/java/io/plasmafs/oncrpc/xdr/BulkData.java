package io.plasmafs.oncrpc.xdr;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultFileRegion;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.zip.CRC32C;

/// The bytes of a file on their way through a call, never copied on the heap: a part of the record
/// they arrived in, a buffer of the caller, or a range of a file that goes to the socket by
/// `sendfile`. It stands in generated types where the `.x` file says `opaque`.
///
/// **Ownership.** Bulk data is reference counted and starts with one reference.
///
/// | Where it comes from | Who owns the reference |
/// |---|---|
/// | a factory of this class | the caller, who releases it after the call has been made or answered: encoding takes a reference of its own |
/// | arguments, in a server's handler | the call; it is released when the reply is sent. A handler that keeps it longer calls [#retain] and later [#release] |
/// | a result, at the client | the caller who gets the result, who has to [#release] it |
///
/// What is received may share memory with the whole record. Copy what is kept for long. Safe for
/// use by several threads as long as nobody changes the bytes.
public abstract sealed class BulkData implements AutoCloseable {
  private BulkData() {}

  /// No bytes.
  public static BulkData empty() {
    return new Memory(Unpooled.EMPTY_BUFFER);
  }

  /// The readable bytes of a buffer.
  ///
  /// @param buffer its reference passes to the new object
  public static BulkData of(ByteBuf buffer) {
    return new Memory(buffer);
  }

  /// The remaining bytes of a buffer, not copied if it is direct: nobody may change them before the
  /// last reference is released.
  public static BulkData wrap(ByteBuffer buffer) {
    return new Memory(Unpooled.wrappedBuffer(buffer));
  }

  /// All of an array, copied only when it is sent: nobody may change it before the last reference
  /// is released.
  public static BulkData wrap(byte[] bytes) {
    return new Memory(Unpooled.wrappedBuffer(bytes));
  }

  /// The remaining bytes of a buffer, not copied.
  ///
  /// @param released runs when the last reference is gone: the buffer may be used again
  public static BulkData wrap(ByteBuffer buffer, Runnable released) {
    return new Memory(new NotifyingBuffer(Unpooled.wrappedBuffer(buffer), released));
  }

  /// Several pieces as one, not copied.
  ///
  /// @param pieces one reference of each passes to the new object
  public static BulkData concat(Iterable<BulkData> pieces) {
    CompositeByteBuf all = Unpooled.compositeBuffer(Integer.MAX_VALUE);
    for (BulkData piece : pieces) {
      if (piece instanceof Memory memory) {
        all.addComponent(true, memory.bytes);
      } else {
        all.addComponent(true, Unpooled.wrappedBuffer(piece.buffers()));
        piece.release();
      }
    }
    return new Memory(all);
  }

  /// A range of a file that exists in full. It is sent without passing through this process.
  ///
  /// @param file stays open until the last reference is released; not closed by that
  /// @param released runs when the last reference is gone
  public static BulkData file(FileChannel file, long position, int length, Runnable released) {
    return new FileRange(file, position, length, new Countdown(released));
  }

  /// A range of a file that exists in full, read now into direct memory from the pool of buffers.
  ///
  /// @throws IOException if it cannot be read, or the file ends before it does
  public static BulkData read(FileChannel file, long position, int length) throws IOException {
    ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(length, length);
    try {
      while (bytes.isWritable()) {
        int at = bytes.writerIndex();
        if (bytes.writeBytes(file, position + at, length - at) < 0) {
          throw new EOFException(
              "the file ends at " + file.size() + ", expected " + length + " bytes at " + position);
        }
      }
      return new Memory(bytes);
    } catch (IOException | RuntimeException e) {
      bytes.release();
      throw e;
    }
  }

  /// Number of bytes.
  public abstract int length();

  /// The bytes, as read-only views. They are valid until the last reference is released. A range of
  /// a file is read into memory for this.
  public abstract ByteBuffer[] buffers();

  /// A part, sharing memory, with a reference of its own that the caller has to release.
  public abstract BulkData slice(int offset, int length);

  /// Adds a reference, and returns this.
  public abstract BulkData retain();

  /// Gives up a reference.
  public abstract void release();

  /// Same as [#release], for try-with-resources.
  @Override
  public final void close() {
    release();
  }

  /// Copies all bytes into a new array.
  public byte[] toByteArray() {
    byte[] bytes = new byte[length()];
    copyTo(ByteBuffer.wrap(bytes));
    return bytes;
  }

  /// Copies all bytes to the position of `target`, and moves that.
  public void copyTo(ByteBuffer target) {
    for (ByteBuffer buffer : buffers()) {
      target.put(buffer);
    }
  }

  /// Writes all bytes to a file from `position` on.
  public void writeTo(FileChannel file, long position) throws IOException {
    long at = position;
    for (ByteBuffer buffer : buffers()) {
      while (buffer.hasRemaining()) {
        at += file.write(buffer, at);
      }
    }
  }

  /// The CRC32C of a part.
  public int crc32c(int offset, int length) {
    CRC32C crc = new CRC32C();
    int skip = offset;
    int left = length;
    for (ByteBuffer buffer : buffers()) {
      int skipped = Math.min(skip, buffer.remaining());
      skip -= skipped;
      int taken = Math.min(left, buffer.remaining() - skipped);
      crc.update(buffer.slice(buffer.position() + skipped, taken));
      left -= taken;
    }
    if (left != 0 || skip != 0) {
      throw new IndexOutOfBoundsException(
          "bytes " + offset + " to " + ((long) offset + length) + " of " + length());
    }
    return (int) crc.getValue();
  }

  /// Writes the length, the bytes and the padding, taking a reference for the time until they are
  /// sent.
  abstract void encode(NettyXdrEncodingStream out);

  @Override
  public String toString() {
    return getClass().getSimpleName() + " of " + length() + " bytes";
  }

  private static ByteBuffer[] views(ByteBuf bytes) {
    ByteBuffer[] views = bytes.nioBuffers();
    for (int i = 0; i < views.length; i++) {
      views[i] = views[i].asReadOnlyBuffer();
    }
    return views;
  }

  private static final class Memory extends BulkData {
    private final ByteBuf bytes;

    Memory(ByteBuf bytes) {
      this.bytes = bytes;
    }

    @Override
    public int length() {
      return bytes.readableBytes();
    }

    @Override
    public ByteBuffer[] buffers() {
      return views(bytes);
    }

    @Override
    public BulkData slice(int offset, int length) {
      return new Memory(bytes.retainedSlice(bytes.readerIndex() + offset, length));
    }

    @Override
    public BulkData retain() {
      bytes.retain();
      return this;
    }

    @Override
    public void release() {
      bytes.release();
    }

    @Override
    void encode(NettyXdrEncodingStream out) {
      out.encodeOpaqueSlice(bytes.retainedDuplicate());
    }
  }

  /// A buffer that tells when its last reference is gone.
  private static final class NotifyingBuffer extends CompositeByteBuf {
    private final Runnable released;

    NotifyingBuffer(ByteBuf bytes, Runnable released) {
      super(UnpooledByteBufAllocator.DEFAULT, bytes.isDirect(), 1);
      this.released = released;
      addComponent(true, bytes);
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      released.run();
    }
  }

  private static final class FileRange extends BulkData {
    private final FileChannel file;
    private final long position;
    private final int length;
    private final Countdown count;

    FileRange(FileChannel file, long position, int length, Countdown count) {
      if (position < 0 || length < 0) {
        throw new IllegalArgumentException("range of " + length + " bytes at " + position);
      }
      this.file = file;
      this.position = position;
      this.length = length;
      this.count = count;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public ByteBuffer[] buffers() {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      try {
        while (bytes.hasRemaining()) {
          if (file.read(bytes, position + bytes.position()) < 0) {
            throw new IOException(
                "File ends at " + file.size() + ", expected " + length + " bytes at " + position);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new ByteBuffer[] {bytes.flip().asReadOnlyBuffer()};
    }

    @Override
    public BulkData slice(int offset, int length) {
      Objects.checkFromIndexSize(offset, length, this.length);
      count.retain();
      return new FileRange(file, position + offset, length, count);
    }

    @Override
    public BulkData retain() {
      count.retain();
      return this;
    }

    @Override
    public void release() {
      count.release();
    }

    @Override
    void encode(NettyXdrEncodingStream out) {
      if (length == 0) {
        out.writeInt(0);
        return;
      }
      count.retain();
      out.encodeOpaqueRegion(
          new DefaultFileRegion(file, position, length) {
            @Override
            protected void deallocate() {
              count.release(); // and not the file, which is not ours to close
            }
          });
    }
  }

  /// Counts references to memory or a file, and tells when none is left.
  private static final class Countdown extends AbstractReferenceCounted {
    private final Runnable released;

    Countdown(Runnable released) {
      this.released = released;
    }

    @Override
    protected void deallocate() {
      released.run();
    }

    @Override
    public ReferenceCounted touch(Object hint) {
      return this;
    }
  }
}
