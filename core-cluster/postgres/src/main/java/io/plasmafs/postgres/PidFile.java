package io.plasmafs.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a server writes to `postmaster.pid` while it runs: line 1 its process id, line 4 its port,
/// line 8 its state.
///
/// @param port 0 while it is not known yet
/// @param ready whether it takes connections
record PidFile(long pid, int port, boolean ready) {

  /// Empty if there is none, or it is being written.
  static Optional<PidFile> read(Path dataDirectory) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(dataDirectory.resolve("postmaster.pid"));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      if (lines.isEmpty()) {
        return Optional.empty();
      }
      long pid = Long.parseLong(lines.get(0).strip());
      int port = lines.size() > 3 ? Integer.parseInt(lines.get(3).strip()) : 0;
      boolean ready = lines.size() > 7 && lines.get(7).strip().equals("ready");
      return Optional.of(new PidFile(pid, port, ready));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
