package io.plasmafs.cli;

/// Numbers of things, for people.
final class Counts {
  private Counts() {}

  /// `1 file`, `20000 files`.
  static String of(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  /// `1.2 GiB`, `17 bytes`.
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return of(bytes, "byte", "bytes");
    }
    String display = ByteSize.display(bytes);
    int unit = display.length() - 1;
    return display.substring(0, unit) + " " + display.charAt(unit) + "iB";
  }
}
