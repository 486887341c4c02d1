package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.ReprDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Takes bodies into files, at most so many large ones at a time: each needs a piece of direct
/// memory, however slowly it comes. Who finds no place waits a little, then is asked to come again.
public final class Uploading {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Semaphore places;
  private final int most;

  /// @param most bodies that go to datanodes at a time
  public Uploading(int most) {
    this.most = most;
    this.places = new Semaphore(most, true);
  }

  /// A place for one body, held until it is closed.
  ///
  /// @throws Problem 503 if there is none for ten seconds
  public Place place() throws InterruptedException {
    if (!places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw Problem.of(
          503,
          "busy",
          "too many uploads",
          most + " uploads are under way, which is all that this server takes at a time");
    }
    return places::release;
  }

  /// A place, to be given back.
  @FunctionalInterface
  public interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /// Writes the whole body to `out` and closes it.
  ///
  /// @throws Problem 400 if the body has not the digest that the request says it has
  public static void copy(Exchange exchange, PlasmaOutputStream out) throws IOException {
    try {
      copyChecked(exchange, out);
      out.close();
    } catch (IOException | RuntimeException e) {
      out.abort();
      throw e;
    }
  }

  private static void copyChecked(Exchange exchange, PlasmaOutputStream out) throws IOException {
    Optional<ReprDigest.Expected> expected = expected(exchange);
    if (expected.isEmpty()) {
      long unused = out.transferFrom(exchange.body(), count -> {});
      return;
    }
    MessageDigest digest = expected.get().algorithm().start();
    long unused = out.transferFrom(new Digesting(exchange.body(), digest), count -> {});
    check(expected.get(), digest.digest());
  }

  /// Compares a small body with the digest that the request says it has.
  static void check(Exchange exchange, byte[] body) {
    expected(exchange).ifPresent(e -> check(e, e.algorithm().start().digest(body)));
  }

  private static Optional<ReprDigest.Expected> expected(Exchange exchange) {
    return exchange.header("Repr-Digest").flatMap(ReprDigest::expected);
  }

  private static void check(ReprDigest.Expected expected, byte[] found) {
    if (!MessageDigest.isEqual(expected.digest().unsafeArray(), found)) {
      throw Problem.of(
          400,
          "digest-mismatch",
          "the content is not what it is said to be",
          "the body's digest is " + expected.algorithm().header(found));
    }
  }

  /// Passes bytes on and digests them.
  private record Digesting(ReadableByteChannel source, MessageDigest digest)
      implements ReadableByteChannel {
    @Override
    public int read(ByteBuffer target) throws IOException {
      int start = target.position();
      int count = source.read(target);
      if (count > 0) {
        digest.update(target.duplicate().position(start).limit(start + count));
      }
      return count;
    }

    @Override
    public boolean isOpen() {
      return source.isOpen();
    }

    @Override
    public void close() throws IOException {
      source.close();
    }
  }
}
