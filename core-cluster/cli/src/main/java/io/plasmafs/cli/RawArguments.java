package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The arguments of this process without a loss. The JVM decodes them by the locale: bytes that it
/// does not know there, and all beyond ASCII in the locale C, would become question marks, and a
/// file of such a name could not be named.
final class RawArguments {
  private RawArguments() {}

  /// The arguments as [ByteText], where the operating system tells them; else as the JVM has them.
  static String[] recover(String[] args) {
    if (Arrays.stream(args).allMatch(RawArguments::isAscii)) {
      return args;
    }
    try {
      return match(args, Files.readAllBytes(Path.of("/proc/self/cmdline")));
    } catch (IOException e) {
      return args;
    }
  }

  /// The last of the NUL-terminated strings of `commandLine`, if they fit to `args`.
  static String[] match(String[] args, byte[] commandLine) {
    List<byte[]> all = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        all.add(Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    if (all.size() <= args.length) {
      return args;
    }
    String[] result = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      byte[] raw = all.get(all.size() - args.length + i);
      result[i] = ByteText.decode(raw);
      if (isAscii(args[i]) && !args[i].equals(new String(raw, StandardCharsets.ISO_8859_1))) {
        return args;
      }
    }
    return result;
  }

  /// Of replacement characters and question marks it cannot be known what they were.
  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80) && text.indexOf('?') < 0;
  }
}
