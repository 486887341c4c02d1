package io.plasmafs.model;

/// What an inode is. The numbers are those of the wire and of the tables.
public enum FileType {
  REGULAR(1),
  DIRECTORY(2),
  SYMLINK(5);

  private final int code;

  FileType(int code) {
    this.code = code;
  }

  /// The number on the wire and in the tables.
  public int code() {
    return code;
  }

  /// The type with this number.
  ///
  /// @throws IllegalArgumentException if there is none
  public static FileType ofCode(int code) {
    return switch (code) {
      case 1 -> REGULAR;
      case 2 -> DIRECTORY;
      case 5 -> SYMLINK;
      default -> throw new IllegalArgumentException("no file type has the number " + code);
    };
  }
}
