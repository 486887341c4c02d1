package io.plasmafs.webdav;

/// Status lines inside of bodies (RFC 4918 section 14.28).
final class Statuses {
  private Statuses() {}

  static String line(int status) {
    return "HTTP/1.1 " + status + " " + reason(status);
  }

  private static String reason(int status) {
    return switch (status) {
      case 200 -> "OK";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 409 -> "Conflict";
      case 423 -> "Locked";
      case 424 -> "Failed Dependency";
      case 507 -> "Insufficient Storage";
      default -> "Status";
    };
  }
}
