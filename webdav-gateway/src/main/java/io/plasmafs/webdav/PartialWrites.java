package io.plasmafs.webdav;

import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.RequestBody;
import io.plasmafs.http.files.Patience;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Changes a part of a file: `PATCH` with `X-Update-Range` as sabre/dav defines it, and `PUT` with
/// `Content-Range` as Apache takes it, if that is configured. RFC 9110 section 14.5 lets a server
/// refuse the latter, since one that does not know it takes the part for the whole.
///
/// @param contentRange whether `PUT` with `Content-Range` is taken
record PartialWrites(Guards guards, boolean contentRange) implements DavMethod {
  private static final String PATCH_TYPE = "application/x-sabredav-partialupdate";
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\\*)");
  private static final Pattern UPDATE_RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");
  private static final int BUFFER_BYTES = 64 << 10;

  /// Where bytes go.
  ///
  /// @param length how many there must be
  private record Range(long from, OptionalLong length) {}

  /// How the range depends on the file.
  @FunctionalInterface
  private interface RangeOf {
    Range of(long size);
  }

  /// `PUT` with `Content-Range`.
  void put(DavRequest request) throws Exception {
    if (!contentRange) {
      throw new DavException(
          400, "PUT with Content-Range is not taken here; use PATCH with X-Update-Range");
    }
    String header = request.header("Content-Range").orElseThrow();
    Matcher matcher = CONTENT_RANGE.matcher(header.strip());
    if (!matcher.matches()) {
      throw new MalformedHeader("Content-Range: bytes first-last/size is expected, not " + header);
    }
    long first = Long.parseLong(matcher.group(1));
    long last = Long.parseLong(matcher.group(2));
    if (first > last) {
      throw new MalformedHeader("Content-Range: the first byte lies behind the last, " + header);
    }
    write(request, size -> new Range(first, OptionalLong.of(last - first + 1)));
  }

  /// `PATCH`.
  @Override
  public void handle(DavRequest request) throws Exception {
    if (!request.exchange().contentType().equals(PATCH_TYPE)) {
      throw new DavException(415, "PATCH takes bodies of type " + PATCH_TYPE);
    }
    String header =
        request
            .header("X-Update-Range")
            .orElseThrow(() -> new MalformedHeader("X-Update-Range: the header is missing"))
            .strip();
    if (header.equals("append")) {
      write(request, size -> new Range(size, OptionalLong.empty()));
      return;
    }
    Matcher matcher = UPDATE_RANGE.matcher(header);
    if (!matcher.matches() || (matcher.group(1).isEmpty() && matcher.group(2).isEmpty())) {
      throw new MalformedHeader(
          "X-Update-Range: append or bytes=first-last is expected, not " + header);
    }
    String first = matcher.group(1);
    String last = matcher.group(2);
    write(request, size -> range(first, last, size));
  }

  private static Range range(String first, String last, long size) {
    if (first.isEmpty()) {
      long suffix = Long.parseLong(last);
      if (suffix > size) {
        throw new DavException(416, "the file has only " + size + " bytes");
      }
      return new Range(size - suffix, OptionalLong.empty());
    }
    long from = Long.parseLong(first);
    if (last.isEmpty()) {
      return new Range(from, OptionalLong.empty());
    }
    long to = Long.parseLong(last);
    if (from > to) {
      throw new DavException(416, "the first byte lies behind the last");
    }
    return new Range(from, OptionalLong.of(to - from + 1));
  }

  private void write(DavRequest request, RangeOf rangeOf) throws Exception {
    Scope.Edited<Attributes> file =
        request.editOnce(transaction -> {
          Attributes found = Patience.with(() -> enter(transaction, request));
          Range range = rangeOf.of(found.size());
          if (range.from() > found.size()) {
            throw new DavException(416, "the file has only " + found.size() + " bytes");
          }
          copy(transaction, found, range, request.exchange().body());
          return found;
        });
    if (file.commit() != 0) {
      EntityTag tag = EntityTag.of(file.result().inode(), file.commit());
      request.exchange().header("ETag", tag.toString());
    }
    request.end(204);
  }

  private Attributes enter(Transaction transaction, DavRequest request) {
    Attributes file = request.require(transaction);
    if (file.isDirectory()) {
      throw new DavException(405, request.path() + " is a collection");
    }
    guards.enter(transaction, request).change(transaction, request.path());
    return file;
  }

  private static void copy(Transaction transaction, Attributes file, Range range, RequestBody body)
      throws IOException {
    if (range.length().isPresent()
        && body.declaredLength().isPresent()
        && range.length().getAsLong() != body.declaredLength().getAsLong()) {
      throw wrongLength(range, body.declaredLength().getAsLong());
    }
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (PlasmaChannel channel =
        transaction.openChannel(
            Location.of(file.inode()),
            WriteOptions.DEFAULT.with(WriteOptions.How.UPDATE_EXISTING))) {
      channel.position(range.from());
      while (body.read(buffer.clear()) >= 0) {
        if (range.length().isPresent() && body.received() > range.length().getAsLong()) {
          throw wrongLength(range, body.received());
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      if (range.length().isPresent() && body.received() != range.length().getAsLong()) {
        throw wrongLength(range, body.received());
      }
    }
  }

  private static DavException wrongLength(Range range, long found) {
    return new DavException(
        400,
        "the body has "
            + found
            + " bytes, but the range "
            + range.length().orElseThrow()
            + "; the file was not changed");
  }
}
