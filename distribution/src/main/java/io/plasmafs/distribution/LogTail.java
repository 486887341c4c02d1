package io.plasmafs.distribution;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// What a process has written to its log files since it was started.
final class LogTail {
  private static final int LINES = 3;
  private static final int MOST_BYTES = 8 << 10;

  /// Each file with the length it had, in bytes.
  private final SequencedMap<Path, Long> before = new LinkedHashMap<>();

  private LogTail() {}

  /// From now on.
  static LogTail of(List<Path> files) {
    LogTail tail = new LogTail();
    files.forEach(file -> tail.before.put(file, length(file)));
    return tail;
  }

  /// Why a process has ended: the last lines of the first file that has any new ones, ` / `
  /// between; empty if none has.
  String text() {
    return first(before.sequencedEntrySet(), LINES);
  }

  /// What a process that runs is busy with: the last line of the last file that has any new ones.
  String latest() {
    return first(before.sequencedEntrySet().reversed(), 1);
  }

  private static String first(SequencedSet<Map.Entry<Path, Long>> files, int most) {
    for (Map.Entry<Path, Long> entry : files) {
      List<String> lines = newLines(entry.getKey(), entry.getValue());
      if (!lines.isEmpty()) {
        return String.join(" / ", lines.subList(Math.max(0, lines.size() - most), lines.size()));
      }
    }
    return "";
  }

  /// The files, as messages name them.
  String files() {
    return String.join(" and ", before.keySet().stream().map(Path::toString).toList());
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // it is not there yet
    }
  }

  private static List<String> newLines(Path file, long since) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long end = in.length();
      long start = since <= end ? since : 0; // shorter than it was: another one has begun
      byte[] bytes = new byte[(int) Math.min(MOST_BYTES, end - start)];
      in.seek(end - bytes.length);
      in.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
