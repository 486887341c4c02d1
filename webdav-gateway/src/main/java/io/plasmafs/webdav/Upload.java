package io.plasmafs.webdav;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.RequestBody;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.webdav.property.PropertyUpdate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What the headers of a PUT promise about its body, and say about the file that it becomes.
///
/// @param length bytes of the body, by `Content-Length` or, of a chunked one, by Finder's
///   `X-Expected-Entity-Length`
/// @param modified the time that the file is to have, by `X-OC-Mtime`
/// @param contentType the media type to be stored
record Upload(
    OptionalLong length,
    Optional<Instant> modified,
    Optional<String> contentType,
    Optional<BodyChecksum> checksum) {

  /// @throws MalformedHeader if a header makes no sense
  static Upload of(Exchange exchange) {
    return new Upload(
        length(exchange),
        exchange
            .header("X-OC-Mtime")
            .map(text ->
                PropertyUpdate.parseTime(text.strip())
                    .orElseThrow(() ->
                        new MalformedHeader(
                            "X-OC-Mtime: seconds since 1970 are expected, not " + text))),
        exchange.header("Content-Type").filter(ContentTypes::isWorthStoring),
        exchange.header("OC-Checksum").flatMap(BodyChecksum::parse));
  }

  private static OptionalLong length(Exchange exchange) {
    OptionalLong declared = exchange.body().declaredLength();
    Optional<String> expected = exchange.header("X-Expected-Entity-Length");
    if (declared.isPresent() || expected.isEmpty()) {
      return declared;
    }
    String digits = expected.get().strip();
    if (!digits.matches("[0-9]{1,18}")) {
      throw new MalformedHeader(
          "X-Expected-Entity-Length: a number of bytes is expected, not " + digits);
    }
    return OptionalLong.of(Long.parseLong(digits));
  }

  /// The body, checked as it is read to its end.
  ReadableByteChannel checked(RequestBody body) {
    return new Checked(body);
  }

  /// What is to be run once the content is there.
  ///
  /// @param where the file
  List<Operation> attributes(Location where) {
    List<Operation> operations = new ArrayList<>();
    contentType.ifPresent(type ->
        operations.add(
            new Operation.SetXattr(
                where,
                true,
                XattrMode.SET,
                ContentTypes.ATTRIBUTE,
                Bytes.wrap(type.getBytes(StandardCharsets.US_ASCII)))));
    modified.ifPresent(time ->
        operations.add(
            new Operation.SetAttributes(
                where, true, AttributeChanges.NONE.withMtime(TimeChange.to(time)))));
    return operations;
  }

  private final class Checked implements ReadableByteChannel {
    private final RequestBody body;

    Checked(RequestBody body) {
      this.body = body;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      ByteBuffer fresh = target.duplicate();
      int count = body.read(target);
      if (count >= 0) {
        checksum.ifPresent(sum -> sum.update(fresh.limit(target.position())));
        return count;
      }
      if (length.isPresent() && length.getAsLong() != body.received()) {
        throw new DavException(
            400,
            "the body has "
                + body.received()
                + " bytes, but "
                + length.getAsLong()
                + " were announced; the file was not changed");
      }
      checksum.ifPresent(BodyChecksum::verify);
      return count;
    }

    @Override
    public boolean isOpen() {
      return body.isOpen();
    }

    @Override
    public void close() {
      body.close();
    }
  }
}
