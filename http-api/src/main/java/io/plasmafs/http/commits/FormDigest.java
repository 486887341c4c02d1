package io.plasmafs.http.commits;

import io.plasmafs.http.exchange.FormBody;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// Digests the names and contents of a form's parts, and passes them on: boundaries, which differ
/// each time that a form is sent, do not count.
final class FormDigest implements FormBody.Taker {
  private final FormBody.Taker next;
  private final MessageDigest whole = RequestDigest.start();
  private final MessageDigest part = RequestDigest.start();

  FormDigest(FormBody.Taker next) {
    this.next = next;
  }

  /// Passes nothing on.
  static FormDigest only() {
    return new FormDigest(
        new FormBody.Taker() {
          @Override
          public void begin(FormBody.Part ignored) {}

          @Override
          public void content(ByteBuffer piece) {
            piece.position(piece.limit());
          }

          @Override
          public void end() {}
        });
  }

  @Override
  public void begin(FormBody.Part begun) throws IOException {
    part.update(
        (begun.fileName().isPresent() ? "file " : "text ").getBytes(StandardCharsets.UTF_8));
    part.update(begun.name().getBytes(StandardCharsets.UTF_8));
    part.update((byte) 0);
    next.begin(begun);
  }

  @Override
  public void content(ByteBuffer piece) throws IOException {
    part.update(piece.duplicate());
    next.content(piece);
  }

  @Override
  public void end() throws IOException {
    whole.update(part.digest());
    next.end();
  }

  String text() {
    return RequestDigest.text(whole.digest());
  }
}
