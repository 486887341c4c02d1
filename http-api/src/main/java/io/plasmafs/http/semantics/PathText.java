package io.plasmafs.http.semantics;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// Paths in URLs: percent-encoded bytes (RFC 3986 §2.1), decoded once, a name for each segment.
///
/// Names are bytes, so any byte can be spelled; what would let one spelling mean two places is
/// refused: an encoded slash or NUL, `.` and `..` however encoded, and a percent sign that encodes
/// nothing.
public final class PathText {
  private static final String HEX = "0123456789ABCDEF";

  private PathText() {}

  /// The path that the raw text of a URL's path names. Slashes at both ends mean nothing, several
  /// in a row are one.
  ///
  /// @throws MalformedHeader if it cannot be decoded
  /// @throws io.plasmafs.model.FsException EBADPATH or ENAMETOOLONG if it breaks the rules for
  ///   names
  public static FsPath parse(String raw) {
    if (raw.length() > 3 * FsPath.MAX_BYTES) {
      throw new MalformedHeader("the path has " + raw.length() + " characters: too many");
    }
    List<Name> names = new ArrayList<>();
    for (String segment : raw.split("/", -1)) {
      if (!segment.isEmpty()) {
        names.add(name(segment));
      }
    }
    return new FsPath(names);
  }

  /// The name that one segment of a URL's path spells.
  public static Name name(String segment) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%') {
        int high = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 1), 16) : -1;
        int low = i + 2 < segment.length() ? Character.digit(segment.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new MalformedHeader("the path has a % that is not followed by two hex digits");
        }
        int value = high << 4 | low;
        if (value == 0 || value == '/') {
          throw new MalformedHeader(
              "the path has %" + (value == 0 ? "00" : "2F") + ": no name can contain that");
        }
        bytes.write(value);
        i += 2;
      } else if (c > 0x7e || c < 0x21) {
        throw new MalformedHeader(
            "the path has the character U+"
                + Integer.toHexString(c)
                + ": it must be percent-encoded");
      } else {
        bytes.write(c);
      }
    }
    return Name.of(bytes.toByteArray());
  }

  /// The path as it stands in a URL, beginning with a slash.
  public static String format(FsPath path) {
    if (path.isEmpty()) {
      return "/";
    }
    StringBuilder out = new StringBuilder();
    for (Name name : path.names()) {
      out.append('/');
      append(out, name);
    }
    return out.toString();
  }

  /// One name as it stands in a URL.
  public static String format(Name name) {
    StringBuilder out = new StringBuilder();
    append(out, name);
    return out.toString();
  }

  private static void append(StringBuilder out, Name name) {
    for (byte b : name.bytes()) {
      int c = b & 0xff;
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._~!$&'()*+,;=:@".indexOf(c) >= 0;
      if (plain) {
        out.append((char) c);
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
  }
}
