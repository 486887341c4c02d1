package io.plasmafs.cli;

/// What the process tells the shell.
final class ExitCode {
  /// All was done.
  static final int OK = 0;

  /// Something could not be done; a line on standard error says what.
  static final int FAILURE = 1;

  /// The command line makes no sense.
  static final int USAGE = 2;

  /// The reader of standard output went away: what a shell reports of a process that SIGPIPE ended.
  static final int BROKEN_PIPE = 141;

  private ExitCode() {}
}
