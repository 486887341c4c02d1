package io.plasmafs.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// How PostgreSQL's programs are started: they refuse to run as root.
///
/// An ordinary user starts them as they are. Root starts them as the account `postgres` (`setpriv`)
/// where there is one that can reach the programs and the data, else inside a user namespace of
/// their own (`unshare -U`), in which they do not see that they are root. A directory that exists
/// decides by its owner, so that a server is always started the way it was set up.
///
/// @param prefix of every command
/// @param account that owns the data; absent if that is who runs this process
record Runner(List<String> prefix, Optional<UserPrincipal> account) {
  private static final String ACCOUNT = "postgres";
  private static final long COMMAND_SECONDS = 120;

  static Runner of(Binaries binaries, Path directory) {
    if (!isRoot()) {
      return new Runner(List.of(), Optional.empty());
    }
    Path data = directory.resolve("data");
    Optional<UserPrincipal> account = lookUpAccount(directory);
    List<String> setpriv =
        List.of("setpriv", "--reuid=" + ACCOUNT, "--regid=" + ACCOUNT, "--clear-groups", "--");
    List<String> unshare = List.of("unshare", "-U", "--");
    boolean isNew = !Files.exists(data);
    if (account.isPresent() && (isNew || owner(data).equals(account.get()))) {
      Path base = isNew ? nearestExisting(directory) : data;
      if (succeeds(with(setpriv, "test", "-x", binaries.bin().resolve("postgres").toString()))
          && succeeds(with(setpriv, "test", "-x", base.toString()))) {
        return new Runner(setpriv, account);
      }
    }
    if ((isNew || account.isEmpty() || !owner(data).equals(account.get()))
        && succeeds(with(unshare, "true"))) {
      return new Runner(unshare, Optional.empty());
    }
    throw new PostgresException(
        "PostgreSQL does not run as root, the account '"
            + ACCOUNT
            + "' does not exist or cannot reach "
            + binaries.bin()
            + " and "
            + directory
            + ", and user namespaces (unshare -U) are not permitted here:"
            + " run this as an ordinary user, or make that account and let it reach both");
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static Optional<UserPrincipal> lookUpAccount(Path directory) {
    try {
      return Optional.of(
          directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(ACCOUNT));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static UserPrincipal owner(Path path) {
    try {
      return Files.getOwner(path);
    } catch (IOException e) {
      throw new PostgresException("the owner of " + path + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Path nearestExisting(Path directory) {
    Path path = directory;
    while (!Files.exists(path)) {
      Path parent = path.getParent();
      if (parent == null) {
        return path;
      }
      path = parent;
    }
    return path;
  }

  private static List<String> with(List<String> prefix, String... command) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(List.of(command));
    return all;
  }

  private static boolean succeeds(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Runs a program to its end.
  ///
  /// @throws PostgresException with its output if it fails
  void run(Path workingDirectory, String... command) {
    try {
      Path output = Files.createTempFile("plasmafs", ".out");
      try {
        Process process =
            new ProcessBuilder(with(prefix, command))
                .directory(workingDirectory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        boolean ended = process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
          process.destroyForcibly();
        }
        if (!ended || process.exitValue() != 0) {
          throw new PostgresException(
              String.join(" ", command)
                  + (ended
                      ? " failed with exit code " + process.exitValue()
                      : " did not end in " + COMMAND_SECONDS + " s")
                  + ": "
                  + new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip());
        }
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new PostgresException(command[0] + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PostgresException("interrupted while " + command[0] + " was running", e);
    }
  }

  /// Starts a program that outlives this process: in a session of its own, so that a terminal's
  /// signals do not reach it.
  Process startDetached(Path workingDirectory, Path log, List<String> command) throws IOException {
    List<String> all = new ArrayList<>(prefix);
    all.add("setsid");
    all.addAll(command);
    return new ProcessBuilder(all)
        .directory(workingDirectory.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}
