package io.plasmafs.distribution;

import io.plasmafs.cli.CommandFailure;
import io.plasmafs.cli.CommonOptions;
import io.plasmafs.cli.LocalCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The directory in which a cluster of one machine lives. Nobody but its owner can enter.
///
/// ```
/// cluster.properties   what it is made of
/// secret               proves the nodes to each other; mode 0600
/// postgres/            the database, if it is our own
/// namenode-1/  datanode-1/  datanode-2/ ...
/// stopped/             an empty file for each datanode that the user has stopped
/// run/                 process ids, sockets, the supervisor's lock; can be deleted when all is down
/// log/                 one file for each process
/// ```
final class ClusterDirectory {
  private static final int SECRET_BYTES = 32;

  private final Path root;

  ClusterDirectory(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /// The directory that the options name, or else the one where a cluster of this name lives.
  static ClusterDirectory of(CommonOptions options, @Nullable String name) {
    return new ClusterDirectory(
        options
            .directory()
            .orElseGet(() ->
                LocalCluster.defaultDirectory(name != null ? name : LocalCluster.DEFAULT_NAME)));
  }

  /// Makes what is missing of it.
  ///
  /// @throws CommandFailure if it cannot be written to
  void create() {
    try {
      createPrivate(root);
      createPrivate(run());
      createPrivate(log());
      if (!Files.exists(secret())) {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        Path fresh = root.resolve("secret.new");
        Files.deleteIfExists(fresh);
        Files.createFile(
            fresh,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, HexFormat.of().formatHex(bytes) + "\n");
        Files.move(fresh, secret());
      }
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailure(e.getFile() + " is in the way: it is not a directory");
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot write to " + root + ": " + reason(e) + "; choose another place with --dir", e);
    }
  }

  private static void createPrivate(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (!Files.isDirectory(directory)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    if (!Files.isWritable(directory)) {
      throw new IOException("permission denied");
    }
  }

  private static String reason(IOException e) {
    return e instanceof AccessDeniedException
        ? "permission denied"
        : String.valueOf(e.getMessage());
  }

  Path root() {
    return root;
  }

  Path secret() {
    return root.resolve("secret");
  }

  Path run() {
    return root.resolve("run");
  }

  Path log() {
    return root.resolve("log");
  }

  Path logOf(String process) {
    return log().resolve(process + ".log");
  }

  /// The process of this name, if it was started from here and still lives.
  Optional<ProcessHandle> processOf(String name) {
    return new PidFile(run().resolve(name + ".pid")).process();
  }

  /// Remembers the process of this name.
  void remember(String name, ProcessHandle process) {
    new PidFile(run().resolve(name + ".pid")).write(process);
  }

  /// Forgets the process of this name.
  void forget(String name) {
    new PidFile(run().resolve(name + ".pid")).delete();
  }

  /// Whether the user has stopped this datanode: it does not run until it is started again, whoever
  /// looks after the cluster.
  boolean isStopped(String datanode) {
    return Files.exists(root.resolve("stopped").resolve(datanode));
  }

  /// Has this datanode stopped from now on. Returns before it is.
  void markStopped(String datanode) {
    Path stopped = root.resolve("stopped");
    try {
      createPrivate(stopped);
      Files.write(stopped.resolve(datanode), new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Has this datanode run again. Returns before it does.
  void markStarted(String datanode) {
    try {
      Files.deleteIfExists(root.resolve("stopped").resolve(datanode));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Takes the right to run this cluster, for the life of this process; absent if another process
  /// has it.
  Optional<FileLock> lock() {
    try {
      // The channel stays open, and with it the lock, until the process ends.
      FileChannel channel =
          FileChannel.open(
              run().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        return Optional.ofNullable(channel.tryLock());
      } catch (OverlappingFileLockException e) {
        channel.close();
        return Optional.empty();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
