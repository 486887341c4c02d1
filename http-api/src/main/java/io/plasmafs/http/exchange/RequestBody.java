package io.plasmafs.http.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/// The body of a request, read as it arrives: the connection is not read any further than its
/// reader has come. For one thread, which waits.
public final class RequestBody implements ReadableByteChannel {
  /// A body that comes more slowly than this, once it had time, is given up: whoever sends a byte
  /// now and then must not hold locks and buffers for ever.
  private static final long LEAST_BYTES_PER_SECOND = 64;

  private static final long TIME_NANOS = 60_000_000_000L;

  /// An answer may leave this much of the body unread without costing the connection.
  private static final long MOST_DISCARDED = 1 << 20;

  private static final long DISCARD_NANOS = 1_000_000_000L;

  private final Request request;
  private final Semaphore arrived = new Semaphore(0);
  private Content.@Nullable Chunk chunk;
  private boolean ended;
  private boolean open = true;
  private long received;
  private long waitedNanos;

  RequestBody(Request request) {
    this.request = request;
  }

  /// How long it will be, if the client has said so.
  public OptionalLong declaredLength() {
    long length = request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    if (length >= 0) {
      return OptionalLong.of(length);
    }
    return hasBody() ? OptionalLong.empty() : OptionalLong.of(0);
  }

  private boolean hasBody() {
    return request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
        || request.getConnectionMetaData().getHttpVersion().getVersion() >= 20;
  }

  /// Bytes taken so far.
  public long received() {
    return received;
  }

  /// Waits for bytes, and puts as many as there are and fit into `target`.
  ///
  /// @return how many; -1 at the end
  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    Content.Chunk current = next();
    if (current == null) {
      return -1;
    }
    ByteBuffer bytes = current.getByteBuffer();
    int count = Math.min(bytes.remaining(), target.remaining());
    target.put(target.position(), bytes, bytes.position(), count);
    target.position(target.position() + count);
    bytes.position(bytes.position() + count);
    received += count;
    return count;
  }

  /// The chunk that bytes are taken from; nothing at the end.
  private Content.@Nullable Chunk next() throws IOException {
    while (true) {
      Content.Chunk current = poll();
      if (current != null || ended) {
        return current;
      }
      await();
    }
  }

  /// The same, but nothing, too, if nothing is there yet.
  private Content.@Nullable Chunk poll() throws IOException {
    while (true) {
      Content.Chunk current = chunk;
      if (current != null) {
        if (current.hasRemaining()) {
          return current;
        }
        ended |= current.isLast();
        chunk = null;
        current.release();
      }
      if (ended) {
        return null;
      }
      Content.Chunk fresh = request.read();
      if (fresh == null) {
        return null;
      }
      if (Content.Chunk.isFailure(fresh)) {
        throw broken(fresh.getFailure());
      }
      chunk = fresh;
    }
  }

  private void await() throws BodyBroken {
    long start = System.nanoTime();
    request.demand(arrived::release);
    arrived.acquireUninterruptibly();
    waitedNanos += System.nanoTime() - start;
    if (waitedNanos > TIME_NANOS
        && received < waitedNanos / 1_000_000_000 * LEAST_BYTES_PER_SECOND) {
      throw broken(new TimeoutException());
    }
  }

  private BodyBroken broken(Throwable cause) {
    open = false;
    return new BodyBroken(
        cause instanceof TimeoutException
            ? "the body came too slowly: it was given up after " + received + " bytes"
            : "the body broke off after " + received + " bytes: " + cause.getMessage(),
        cause);
  }

  /// The whole body, if it is no longer than `most`.
  ///
  /// @throws Problem 413 if it is
  public byte[] readAll(int most) throws IOException {
    OptionalLong declared = declaredLength();
    if (declared.isPresent() && declared.getAsLong() > most) {
      throw tooLong(most);
    }
    ByteBuffer buffer =
        ByteBuffer.allocate(
            declared.isPresent() ? (int) declared.getAsLong() : Math.min(8192, most));
    while (true) {
      if (!buffer.hasRemaining()) {
        Content.Chunk more = next();
        if (more == null) {
          break;
        }
        if (buffer.capacity() == most) {
          throw tooLong(most);
        }
        int larger = (int) Math.min(most, 2L * buffer.capacity() + 1024);
        buffer = ByteBuffer.allocate(larger).put(buffer.flip());
      }
      if (read(buffer) < 0) {
        break;
      }
    }
    byte[] bytes = new byte[buffer.flip().remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static Problem tooLong(int most) {
    return Problem.tooLarge("the body is longer than the " + most + " bytes that are taken here");
  }

  /// Reads what is left, if it is little, so that the connection can carry another request.
  ///
  /// @return whether the body has been read to its end; if not, the connection has to be closed
  ///   behind the answer, and the answer has to say so (RFC 9112, section 9.3)
  boolean discard() {
    OptionalLong declared = declaredLength();
    if (declared.isPresent() && declared.getAsLong() - received > MOST_DISCARDED) {
      return false;
    }
    try {
      long most = received + MOST_DISCARDED;
      long deadline = System.nanoTime() + DISCARD_NANOS;
      while (received <= most) {
        Content.Chunk current = poll();
        if (current != null) {
          received += current.remaining();
          current.skip(current.remaining());
        } else if (ended || !arrivesBefore(deadline)) {
          return ended;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  /// Waits for more of what nobody wants. Who waits for a word before it sends the body is not
  /// asked for it: the answer is that word.
  private boolean arrivesBefore(long deadline) {
    if (request.getHeaders().contains(HttpHeader.EXPECT)) {
      return false;
    }
    request.demand(arrived::release);
    try {
      return arrived.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// The body as a stream.
  public InputStream stream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        return RequestBody.this.read(ByteBuffer.wrap(target, offset, length));
      }
    };
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /// Gives back what was received and not taken.
  @Override
  public void close() {
    open = false;
    Content.Chunk current = chunk;
    chunk = null;
    if (current != null) {
      current.release();
    }
  }
}
