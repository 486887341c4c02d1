package io.plasmafs.cli;

import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// Says in one line what went wrong.
final class Failures {
  private Failures() {}

  /// What went wrong, with the object where the failure knows it.
  static String describe(Throwable thrown) {
    return switch (thrown) {
      case PlasmaIOException e -> describe(e.failure());
      case FsException e -> filesystem(e);
      case CommandFailure e -> oneLine(String.valueOf(e.getMessage()));
      case UncheckedIOException e when e.getCause() != null -> describe(e.getCause());
      case NoSuchFileException e -> local(e, "no such file or directory");
      case AccessDeniedException e -> local(e, "permission denied");
      case FileAlreadyExistsException e -> local(e, "file exists");
      case NotDirectoryException e -> local(e, "not a directory");
      case DirectoryNotEmptyException e -> local(e, "directory not empty");
      case FileSystemException e ->
          local(e, e.getReason() == null ? "input/output error" : lower(e.getReason()));
      case IOException e -> oneLine(e.getMessage() == null ? "input/output error" : e.getMessage());
      default ->
          thrown.getMessage() == null
              ? "unexpected " + thrown.getClass().getSimpleName()
              : oneLine(thrown.getMessage());
    };
  }

  /// What went wrong with `subject`, which is named once.
  static String describe(String subject, Throwable thrown) {
    String message = describe(thrown);
    boolean named = subject.equals("/") ? message.startsWith("/") : message.contains(subject);
    return named ? message : subject + ": " + message;
  }

  /// The status of a failure of the filesystem; OK for any other.
  static FsStatus status(Throwable thrown) {
    return switch (thrown) {
      case FsException e -> e.status();
      case PlasmaIOException e -> e.status();
      case UncheckedIOException e when e.getCause() != null -> status(e.getCause());
      default -> FsStatus.OK;
    };
  }

  private static String filesystem(FsException e) {
    String message = e.getMessage();
    String said = message == null || message.isBlank() ? e.status().text() : oneLine(message);
    String advice = advice(e.status());
    return advice.isEmpty() ? said : said + "; " + advice;
  }

  /// What the user can do about it, where the message itself cannot know.
  private static String advice(FsStatus status) {
    return switch (status) {
      case ECONFLICT, ELONGTRANS, EFAILEDCOMMIT -> "nothing was changed, try again";
      case EUNKNOWN -> "look before you try again";
      case EFAILED -> "the log of the namenode tells more";
      case OK,
          EPERM,
          ENOENT,
          EIO,
          EACCES,
          EEXIST,
          ENOTDIR,
          EISDIR,
          EINVAL,
          EFBIG,
          ENOSPC,
          EROFS,
          EMLINK,
          ENAMETOOLONG,
          ENOTEMPTY,
          ELOOP,
          ENOATTR,
          ESTALE,
          EDQUOT,
          ECOORD,
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
          "";
    };
  }

  private static String local(FileSystemException e, String reason) {
    String file = e.getFile();
    return file == null ? reason : oneLine(file) + ": " + reason;
  }

  private static String lower(String reason) {
    return reason.isEmpty()
        ? reason
        : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
  }

  private static String oneLine(String text) {
    StringBuilder out = new StringBuilder();
    text.strip()
        .codePoints()
        .forEach(c -> {
          if (Character.isISOControl(c)) {
            out.append(c == '\n' || c == '\t' ? " " : String.format("\\x%02x", c));
          } else {
            out.appendCodePoint(c);
          }
        });
    return out.toString();
  }
}
