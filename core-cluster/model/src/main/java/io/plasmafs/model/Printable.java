package io.plasmafs.model;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Makes bytes fit to be printed in a message or a log: control characters, bidirectional marks and
/// bytes that are not UTF-8 appear as `\xNN`.
public final class Printable {
  private Printable() {}

  /// All of these bytes.
  public static String of(Bytes bytes) {
    return of(bytes.unsafeArray(), 0, bytes.length());
  }

  static String of(byte[] bytes, int offset, int length) {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, offset, length))
              .toString();
    } catch (CharacterCodingException e) {
      return escapeBytes(bytes, offset, length);
    }
    if (text.codePoints().noneMatch(Printable::isUnsafe)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          if (isUnsafe(c)) {
            for (byte b : new String(Character.toChars(c)).getBytes(StandardCharsets.UTF_8)) {
              appendEscaped(out, b);
            }
          } else {
            out.appendCodePoint(c);
          }
        });
    return out.toString();
  }

  private static boolean isUnsafe(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  private static String escapeBytes(byte[] bytes, int offset, int length) {
    StringBuilder out = new StringBuilder();
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] >= 0x20 && bytes[i] < 0x7f) {
        out.append((char) bytes[i]);
      } else {
        appendEscaped(out, bytes[i]);
      }
    }
    return out.toString();
  }

  private static void appendEscaped(StringBuilder out, byte b) {
    out.append(String.format("\\x%02x", b & 0xff));
  }
}
