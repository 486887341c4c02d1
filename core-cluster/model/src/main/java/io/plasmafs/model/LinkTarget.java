package io.plasmafs.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What a symbolic link points to: 1 to 65,536 bytes, any but NUL, kept exactly as given. It need
/// not exist.
public final class LinkTarget {
  private final byte[] bytes;

  private LinkTarget(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A target of these bytes, which are copied.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if they cannot be a target
  public static LinkTarget of(byte[] bytes) {
    if (bytes.length == 0) {
      throw new FsException(FsStatus.EBADPATH, "the target of a symbolic link cannot be empty");
    }
    if (bytes.length > FsPath.MAX_BYTES) {
      throw new FsException(
          FsStatus.ENAMETOOLONG,
          "a link target of "
              + bytes.length
              + " bytes is too long: at most "
              + FsPath.MAX_BYTES
              + " are allowed");
    }
    for (byte b : bytes) {
      if (b == 0) {
        throw new FsException(
            FsStatus.EBADPATH, "the target of a symbolic link cannot contain a NUL byte");
      }
    }
    return new LinkTarget(bytes.clone());
  }

  /// A target spelled in UTF-8.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if it cannot be a target
  public static LinkTarget of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /// A copy of the bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// Whether it starts at the root.
  public boolean isAbsolute() {
    return bytes[0] == '/';
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LinkTarget target && Arrays.equals(bytes, target.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return Printable.of(bytes, 0, bytes.length);
  }
}
