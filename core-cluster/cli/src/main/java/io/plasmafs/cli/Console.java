package io.plasmafs.cli;

import io.plasmafs.cli.text.Times;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;

/// Where a command reads and writes, and what it knows of its surroundings.
///
/// @param home the user's directory
record Console(InputStream in, Output out, Output err, Map<String, String> environment, Path home) {

  /// Of this process.
  static Console ofProcess() {
    return new Console(
        System.in,
        Output.standard(),
        Output.error(),
        System.getenv(),
        Path.of(System.getProperty("user.home")));
  }

  /// Times as this user reads and writes them.
  Times times() {
    return new Times(ZoneId.systemDefault(), Instant.now());
  }
}
