package io.plasmafs.http.archives;

import io.plasmafs.http.exchange.Problem;
import java.util.Locale;

/// The kinds of archive.
enum ArchiveFormat {
  TAR("application/x-tar"),
  ZIP("application/zip");

  private final String contentType;

  ArchiveFormat(String contentType) {
    this.contentType = contentType;
  }

  String contentType() {
    return contentType;
  }

  String extension() {
    return "." + name().toLowerCase(Locale.ROOT);
  }

  /// The kind that a parameter names.
  static ArchiveFormat of(String text) {
    return switch (text) {
      case "tar" -> TAR;
      case "zip" -> ZIP;
      default -> throw Problem.badRequest("tar or zip is expected, not " + text);
    };
  }
}
