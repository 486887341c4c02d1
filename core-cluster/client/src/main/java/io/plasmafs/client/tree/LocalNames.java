package io.plasmafs.client.tree;

import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The bytes of local file names. On Unix a name is bytes, and a [Path] keeps them, but its text
/// goes through the platform's charset (`sun.jnu.encoding`), which loses what does not fit: names
/// that are no UTF-8, or under the locale `C` anything beyond ASCII. The URI of a path keeps every
/// byte, each way, whatever the locale: so names are converted by way of URIs.
final class LocalNames {
  private LocalNames() {}

  /// The last name of a path.
  static Name nameOf(Path path) {
    byte[] all = bytes(path.toUri().getRawPath());
    int end = all.length;
    while (end > 0 && all[end - 1] == '/') {
      end--;
    }
    int start = end;
    while (start > 0 && all[start - 1] != '/') {
      start--;
    }
    return Name.of(all, start, end - start);
  }

  /// The path of a name in a directory.
  static Path resolve(Path directory, Name name) {
    String parent = directory.toUri().getRawPath();
    String uri = "file://" + parent + (parent.endsWith("/") ? "" : "/") + escape(name.bytes());
    return Path.of(URI.create(uri));
  }

  /// The target of a local symbolic link.
  static LinkTarget targetOf(Path link) throws IOException {
    Path target = Files.readSymbolicLink(link);
    String text = target.toString();
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    boolean ascii = text.chars().allMatch(c -> c > 0 && c < 128 && c != '?');
    if (ascii) {
      return LinkTarget.of(plain);
    }
    byte[] absolute = bytes(target.toUri().getRawPath());
    boolean marked =
        absolute.length > 1 && absolute[absolute.length - 1] == '/' && !text.endsWith("/");
    int end = marked ? absolute.length - 1 : absolute.length;
    int start = 0;
    if (!target.isAbsolute()) {
      byte[] here = bytes(Path.of("").toUri().getRawPath());
      start = here[here.length - 1] == '/' ? here.length : here.length + 1;
    }
    return LinkTarget.of(java.util.Arrays.copyOfRange(absolute, start, end));
  }

  /// A path that, as the target of a symbolic link, has these bytes.
  static Path target(LinkTarget target) {
    byte[] bytes = target.bytes();
    if (target.isAbsolute()) {
      return Path.of(URI.create("file://" + escape(bytes)));
    }
    Path absolute = Path.of(URI.create("file:///" + escape(bytes)));
    return absolute.subpath(0, absolute.getNameCount());
  }

  /// Bytes as they are written in a URI; slashes stay.
  static String escape(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length + 16);
    for (byte b : bytes) {
      boolean plain =
          b >= 'a' && b <= 'z'
              || b >= 'A' && b <= 'Z'
              || b >= '0' && b <= '9'
              || "/-_.".indexOf(b) >= 0;
      if (plain) {
        out.append((char) b);
      } else {
        out.append('%')
            .append(Character.forDigit((b >> 4) & 15, 16))
            .append(Character.forDigit(b & 15, 16));
      }
    }
    return out.toString();
  }

  /// The bytes that [#escape(byte[])] has written like this.
  static byte[] bytes(String rawPath) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(rawPath.length());
    for (int i = 0; i < rawPath.length(); i++) {
      char c = rawPath.charAt(i);
      if (c == '%') {
        out.write(Integer.parseInt(rawPath, i + 1, i + 3, 16));
        i += 2;
      } else {
        out.write(c);
      }
    }
    return out.toByteArray();
  }
}
