package io.plasmafs.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One name in a directory: 1 to 255 bytes, any but NUL and `/`, and neither `.` nor `..`. Names
/// are compared and ordered as unsigned bytes; nothing is normalised or folded.
public final class Name implements Comparable<Name> {
  /// The longest name, in bytes.
  public static final int MAX_BYTES = 255;

  private final byte[] bytes;
  private final int hash;

  private Name(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /// A name of these bytes, which are copied.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if they are no name
  public static Name of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /// A name of `length` bytes from `offset` on, which are copied.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if they are no name
  public static Name of(byte[] bytes, int offset, int length) {
    check(bytes, offset, length);
    return new Name(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  /// A name of these bytes, not copied: who calls gives the array away.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if they are no name
  public static Name wrap(byte[] bytes) {
    check(bytes, 0, bytes.length);
    return new Name(bytes);
  }

  /// A name spelled in UTF-8.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if it is no name
  public static Name of(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void check(byte[] bytes, int offset, int length) {
    if (length == 0) {
      throw new FsException(FsStatus.EBADPATH, "a name cannot be empty");
    }
    if (length > MAX_BYTES) {
      throw new FsException(
          FsStatus.ENAMETOOLONG,
          "a name of " + length + " bytes is too long: at most " + MAX_BYTES + " are allowed");
    }
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '/' || bytes[i] == 0) {
        throw new FsException(
            FsStatus.EBADPATH,
            "the name '"
                + Printable.of(bytes, offset, length)
                + "' contains "
                + (bytes[i] == 0 ? "a NUL byte" : "a slash"));
      }
    }
    if (bytes[offset] == '.' && (length == 1 || (length == 2 && bytes[offset + 1] == '.'))) {
      throw new FsException(
          FsStatus.EBADPATH,
          "'" + Printable.of(bytes, offset, length) + "' cannot be used as a name");
    }
  }

  /// A copy of the bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// The array itself, to be read and never changed: for codecs that would else copy it.
  public byte[] unsafeArray() {
    return bytes;
  }

  /// How many bytes it has.
  public int length() {
    return bytes.length;
  }

  /// Copies the bytes to `target` from `offset` on.
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, bytes.length);
  }

  /// The name as text: bytes that are not UTF-8 become the replacement character.
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public int compareTo(Name other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Name name && hash == name.hash && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /// For messages: UTF-8, with control characters and broken sequences escaped.
  @Override
  public String toString() {
    return Printable.of(bytes, 0, bytes.length);
  }
}
