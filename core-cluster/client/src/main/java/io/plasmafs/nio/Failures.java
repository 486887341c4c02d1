package io.plasmafs.nio;

import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.model.FsException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Failures in the words of `java.nio.file`. The cause of each is the cluster's own, an
/// [FsException].
final class Failures {
  private Failures() {}

  /// Something that can fail.
  interface Action<T> {
    T run() throws IOException;
  }

  /// Something that can fail and has no result.
  interface Deed {
    void run() throws IOException;
  }

  /// Runs `action`; a failure of the cluster becomes one of `file`.
  static <T> T translate(Path file, Action<T> action) throws IOException {
    return translate(file, null, action);
  }

  /// Runs `action`; a failure of the cluster becomes one of `file` and `other`.
  static <T> T translate(Path file, @Nullable Path other, Action<T> action) throws IOException {
    try {
      return action.run();
    } catch (PlasmaIOException e) {
      throw of(e.failure(), file, other);
    } catch (FsException e) {
      throw of(e, file, other);
    }
  }

  /// As [#translate], for what has no result.
  static void perform(Path file, @Nullable Path other, Deed deed) throws IOException {
    boolean unused =
        translate(
            file,
            other,
            () -> {
              deed.run();
              return true;
            });
  }

  /// The failure in the words of `java.nio.file`.
  static FileSystemException of(FsException failure, Path path, @Nullable Path second) {
    String file = path.toString();
    String other = second == null ? null : second.toString();
    String reason = failure.getMessage();
    FileSystemException translated =
        switch (failure.status()) {
          case ENOENT -> new NoSuchFileException(file, other, reason);
          case EEXIST -> new FileAlreadyExistsException(file, other, reason);
          case ENOTEMPTY -> new DirectoryNotEmptyException(file);
          case EACCES, EPERM -> new AccessDeniedException(file, other, reason);
          case ENOTDIR -> new NotDirectoryException(file);
          case ELOOP -> new FileSystemLoopException(file);
          case OK,
              EIO,
              EISDIR,
              EINVAL,
              EFBIG,
              ENOSPC,
              EROFS,
              EMLINK,
              ENAMETOOLONG,
              ENOATTR,
              ESTALE,
              EDQUOT,
              ECONFLICT,
              ECOORD,
              EFAILED,
              EFAILEDCOMMIT,
              EUNKNOWN,
              ELONGTRANS,
              ENOTRANS,
              ETBUSY,
              ENONODE,
              EBADPATH,
              EHIER,
              ELIMIT,
              ETICKET,
              ESTALEBLOCK,
              ECHECKSUM,
              EUNAVAIL ->
              new FileSystemException(file, other, reason);
        };
    return (FileSystemException) translated.initCause(failure);
  }

  /// `path` is no symbolic link.
  static NotLinkException notLink(FsException failure, Path path) {
    NotLinkException translated = new NotLinkException(path.toString(), null, failure.getMessage());
    return (NotLinkException) translated.initCause(failure);
  }
}
