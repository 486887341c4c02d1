package io.plasmafs.http.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/// A body of type `multipart/form-data` (RFC 7578), read part by part as it arrives.
public final class FormBody {
  private static final int MAX_PARTS = 30_000;
  private static final int MAX_PART_HEADERS = 8 << 10;
  private static final int PIECE = 64 << 10;

  private FormBody() {}

  /// What the headers of a part say.
  ///
  /// @param contentType empty if none is said
  public record Part(String name, Optional<String> fileName, String contentType) {}

  /// Takes the parts, one after the other.
  public interface Taker {
    /// A part begins.
    void begin(Part part) throws IOException;

    /// Some of its content, all of which is to be consumed.
    void content(ByteBuffer piece) throws IOException;

    /// The part has ended.
    void end() throws IOException;
  }

  /// Reads the body of a request to its end.
  ///
  /// @throws Problem 400 if it is no form, or ends too early
  public static void read(Exchange exchange, Taker taker) throws IOException {
    String boundary = MultiPart.extractBoundary(exchange.header("Content-Type").orElse(""));
    if (boundary == null) {
      throw Problem.badRequest("Content-Type: multipart/form-data needs a boundary");
    }
    Listener listener = new Listener(taker);
    MultiPart.Parser parser = new MultiPart.Parser(boundary, listener);
    parser.setMaxParts(MAX_PARTS);
    parser.setPartHeadersMaxLength(MAX_PART_HEADERS);
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    while (exchange.body().read(piece.clear()) >= 0) {
      parser.parse(Content.Chunk.from(piece.flip(), false));
      listener.check();
    }
    if (!listener.complete) {
      parser.parse(Content.Chunk.from(ByteBuffer.allocate(0), true));
      listener.check();
    }
    if (!listener.complete) {
      throw Problem.badRequest("the form ends without its last boundary");
    }
  }

  /// Passes on what the parser finds, and keeps what goes wrong until the parser has returned.
  private static final class Listener implements MultiPart.Parser.Listener {
    private final Taker taker;
    private final Map<String, String> headers = new HashMap<>();
    private boolean complete;
    private @Nullable Throwable failure;

    Listener(Taker taker) {
      this.taker = taker;
    }

    private interface Step {
      void run() throws IOException;
    }

    private void run(Step step) {
      if (failure != null) {
        return;
      }
      try {
        step.run();
      } catch (IOException | RuntimeException e) {
        failure = e;
      }
    }

    void check() throws IOException {
      switch (failure) {
        case null -> {}
        case IOException io -> throw io;
        case UncheckedIOException io -> throw io.getCause();
        case RuntimeException runtime -> throw runtime;
        default -> throw new IOException(failure);
      }
    }

    @Override
    public void onPartBegin() {
      headers.clear();
    }

    @Override
    public void onPartHeader(String name, String value) {
      headers.put(name.toLowerCase(Locale.ROOT), value);
    }

    @Override
    public void onPartHeaders() {
      run(() -> taker.begin(part()));
    }

    private Part part() {
      Map<String, String> parameters = new HashMap<>();
      String kind =
          HttpField.getValueParameters(headers.getOrDefault("content-disposition", ""), parameters);
      String name = parameters.get("name");
      if (!"form-data".equalsIgnoreCase(kind) || name == null) {
        throw Problem.badRequest(
            "each part of a form needs Content-Disposition: form-data; name=\"...\"");
      }
      return new Part(
          name,
          Optional.ofNullable(parameters.get("filename")),
          headers.getOrDefault("content-type", ""));
    }

    @Override
    public void onPartContent(Content.Chunk chunk) {
      run(() -> taker.content(chunk.getByteBuffer()));
    }

    @Override
    public void onPartEnd() {
      run(taker::end);
    }

    @Override
    public void onComplete() {
      complete = true;
    }

    @Override
    public void onFailure(Throwable cause) {
      if (failure == null) {
        failure = Problem.badRequest("no multipart form: " + cause.getMessage());
      }
    }
  }
}
