package io.plasmafs.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// What can be learnt of the terminal, if there is one. The JDK tells of all three standard streams
/// together only.
final class Terminal {
  private static final int DEFAULT_WIDTH = 80;

  private Terminal() {}

  /// Whether this file descriptor of the process is a terminal.
  static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return asksTheShell(descriptor);
    }
  }

  /// Slow, for systems without /proc.
  private static boolean asksTheShell(int descriptor) {
    try {
      return new ProcessBuilder("test", "-t", Integer.toString(descriptor))
              .inheritIO()
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Characters in a line of the terminal.
  static int width() {
    String columns = System.getenv("COLUMNS");
    if (columns != null && columns.matches("[1-9]\\d{0,4}")) {
      return Integer.parseInt(columns);
    }
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String[] size =
          new String(stty.getInputStream().readNBytes(64), StandardCharsets.US_ASCII)
              .strip()
              .split(" ");
      if (stty.waitFor(1, TimeUnit.SECONDS)
          && size.length == 2
          && size[1].matches("[1-9]\\d{0,4}")) {
        return Integer.parseInt(size[1]);
      }
    } catch (IOException e) {
      return DEFAULT_WIDTH;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return DEFAULT_WIDTH;
  }
}
