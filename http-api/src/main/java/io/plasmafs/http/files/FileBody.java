package io.plasmafs.http.files;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.ByteRange;
import io.plasmafs.http.semantics.ByteRanges;
import io.plasmafs.http.semantics.Conditions;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.http.semantics.HttpDate;
import io.plasmafs.http.semantics.ReprDigest;
import io.plasmafs.model.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Answers with a file's content: all of it, a range, several ranges, or only that nothing changed
/// (RFC 9110 §13, §14; digests by RFC 9530).
final class FileBody {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final TransferBuffers buffers;

  FileBody(TransferBuffers buffers) {
    this.buffers = buffers;
  }

  void send(Exchange exchange, Attributes attributes, String type, Content content)
      throws IOException {
    Optional<EntityTag> tag = EntityTag.of(attributes);
    tag.ifPresent(t -> exchange.header("ETag", t.toString()));
    exchange
        .header("Last-Modified", HttpDate.format(attributes.mtime()))
        .header("Accept-Ranges", "bytes")
        .header("Cache-Control", "no-cache");
    switch (Conditions.of(exchange::header).judge(Optional.of(attributes), true)) {
      case FAILED -> throw conditionFailed(tag);
      case NOT_MODIFIED -> {
        exchange.send(304);
        return;
      }
      case PERFORM -> {}
    }
    exchange.header("Content-Type", type);
    digest(exchange, content);
    long size = content.size();
    Optional<ByteRanges> asked =
        exchange
            .header("Range")
            .filter(range -> appliesTo(exchange, attributes, tag))
            .flatMap(ByteRanges::parse);
    if (asked.isEmpty()) {
      whole(exchange, content);
      return;
    }
    switch (asked.get().of(size)) {
      case ByteRanges.Selection.Unsatisfiable u ->
          throw Problem.of(
                  416,
                  "range-not-satisfiable",
                  "no such range",
                  "the file has "
                      + size
                      + " bytes; at most "
                      + ByteRanges.MAX_RANGES
                      + " ranges within it can be asked for")
              .withHeader("Content-Range", "bytes */" + size);
      case ByteRanges.Selection.Parts(List<ByteRange> parts) -> {
        if (parts.size() == 1) {
          one(exchange, content, parts.get(0));
        } else {
          several(exchange, content, type, parts);
        }
      }
    }
  }

  private static Problem conditionFailed(Optional<EntityTag> tag) {
    Problem problem =
        Problem.preconditionFailed(
            tag.map(t -> "the file has the entity tag " + t)
                .orElse("the file was changed within this transaction"));
    tag.ifPresent(t -> problem.withHeader("ETag", t.toString()));
    return problem;
  }

  /// Whether `If-Range` lets ranges be answered (RFC 9110 §13.1.5): a strong tag that matches, or
  /// exactly the date. Other methods than GET have no ranges.
  private static boolean appliesTo(
      Exchange exchange, Attributes attributes, Optional<EntityTag> tag) {
    if (exchange.isHead()) {
      return false;
    }
    Optional<String> ifRange = exchange.header("If-Range");
    if (ifRange.isEmpty()) {
      return true;
    }
    String value = ifRange.get().strip();
    if (value.endsWith("\"")) {
      EntityTag wanted = EntityTag.parse(value);
      return tag.map(t -> t.matchesStrongly(wanted)).orElse(false);
    }
    return HttpDate.parse(value)
        .map(date -> HttpDate.format(date).equals(HttpDate.format(attributes.mtime())))
        .orElse(false);
  }

  /// Reads the content once more than it is sent: who asks for a digest pays for it.
  private void digest(Exchange exchange, Content content) throws IOException {
    Optional<ReprDigest.Algorithm> wanted =
        exchange.header("Want-Repr-Digest").flatMap(ReprDigest::wanted);
    if (wanted.isEmpty()) {
      return;
    }
    MessageDigest digest = wanted.get().start();
    new Transfer(buffers, content).run(0, content.size(), piece -> digest.update(piece));
    exchange.header("Repr-Digest", wanted.get().header(digest.digest()));
  }

  private void whole(Exchange exchange, Content content) throws IOException {
    exchange.status(200).length(content.size());
    if (exchange.isHead() || content.size() == 0) {
      exchange.send(200);
      return;
    }
    new Transfer(buffers, content).run(0, content.size(), piece -> exchange.write(piece, false));
  }

  private void one(Exchange exchange, Content content, ByteRange range) throws IOException {
    exchange
        .status(206)
        .header("Content-Range", range.contentRange(content.size()))
        .length(range.length());
    new Transfer(buffers, content)
        .run(range.first(), range.length(), piece -> exchange.write(piece, false));
  }

  private void several(Exchange exchange, Content content, String type, List<ByteRange> ranges)
      throws IOException {
    byte[] random = new byte[16];
    RANDOM.nextBytes(random);
    String boundary = HexFormat.of().formatHex(random);
    List<byte[]> heads = new ArrayList<>();
    long length = 0;
    for (ByteRange range : ranges) {
      byte[] head =
          ("\r\n--"
                  + boundary
                  + "\r\nContent-Type: "
                  + type
                  + "\r\nContent-Range: "
                  + range.contentRange(content.size())
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      heads.add(head);
      length += head.length + range.length();
    }
    byte[] end = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
    exchange
        .status(206)
        .header("Content-Type", "multipart/byteranges; boundary=" + boundary)
        .length(length + end.length);
    Transfer transfer = new Transfer(buffers, content);
    for (int i = 0; i < ranges.size(); i++) {
      exchange.write(ByteBuffer.wrap(heads.get(i)), false);
      ByteRange range = ranges.get(i);
      transfer.run(range.first(), range.length(), piece -> exchange.write(piece, false));
    }
    exchange.write(ByteBuffer.wrap(end), true);
  }
}
