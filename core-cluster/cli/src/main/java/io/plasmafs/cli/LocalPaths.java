package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.model.Name;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Paths on the local disk, byte for byte. `Path.of(String)` encodes by the locale; a URI carries
/// the bytes themselves.
final class LocalPaths {
  private static final String SCHEME = "file:";

  private LocalPaths() {}

  /// Whether an argument of a command that works on both sides names something local: `file:PATH`.
  static boolean isNamed(String argument) {
    return argument.startsWith(SCHEME);
  }

  /// The path that such an argument names.
  static Path named(String argument) {
    return of(argument.substring(SCHEME.length()));
  }

  /// Arguments as `put` and `get` have them, to which - alone means a standard stream.
  static List<String> withoutScheme(List<String> arguments) {
    return arguments.stream()
        .map(argument -> isNamed(argument) ? argument.substring(SCHEME.length()) : argument)
        .map(argument -> argument.equals("-") ? "./-" : argument)
        .toList();
  }

  /// The path that an argument names; see [ByteText].
  static Path of(String text) {
    if (text.chars().allMatch(c -> c < 0x80)) {
      return Path.of(text);
    }
    String start = text.startsWith("/") ? "file://" : directoryUri(Path.of(""));
    return Path.of(URI.create(start + encoded(ByteText.encode(text))));
  }

  /// An entry of a local directory by its bytes.
  static Path resolve(Path directory, Name name) {
    String ascii = new String(name.bytes(), StandardCharsets.ISO_8859_1);
    if (ascii.chars().allMatch(c -> c < 0x80)) {
      return directory.resolve(ascii);
    }
    return Path.of(URI.create(directoryUri(directory) + encoded(name.bytes())));
  }

  /// The path as [ByteText].
  static String text(Path path) {
    String text = path.toString();
    if (text.chars().allMatch(c -> c < 0x80 && c != '?')) {
      return text;
    }
    String raw = path.toAbsolutePath().toUri().getRawPath();
    byte[] bytes = new byte[raw.length()];
    int length = 0;
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes[length++] = (byte) Integer.parseInt(raw.substring(i + 1, i + 3), 16);
        i += 2;
      } else {
        bytes[length++] = (byte) raw.charAt(i);
      }
    }
    return ByteText.decode(java.util.Arrays.copyOf(bytes, length));
  }

  private static String directoryUri(Path directory) {
    String uri = directory.toAbsolutePath().toUri().toString();
    return uri.endsWith("/") ? uri : uri + "/";
  }

  private static String encoded(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      int c = b & 0xff;
      if (c == '/'
          || c == '.'
          || c == '-'
          || c == '_'
          || (c >= '0' && c <= '9')
          || (c >= 'A' && c <= 'Z')
          || (c >= 'a' && c <= 'z')) {
        out.append((char) c);
      } else {
        out.append(String.format(Locale.ROOT, "%%%02X", c));
      }
    }
    return out.toString();
  }
}
