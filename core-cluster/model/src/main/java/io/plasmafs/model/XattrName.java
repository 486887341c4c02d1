package io.plasmafs.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The name of an extended attribute: 1 to 255 bytes, any but NUL.
public final class XattrName implements Comparable<XattrName> {
  /// The longest name, in bytes.
  public static final int MAX_BYTES = 255;

  /// The longest value, in bytes.
  public static final int MAX_VALUE_BYTES = 65536;

  private final byte[] bytes;

  private XattrName(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A name of these bytes, which are copied.
  ///
  /// @throws FsException EINVAL or ENAMETOOLONG if they are no name
  public static XattrName of(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new FsException(
          FsStatus.ENAMETOOLONG,
          "the name of an extended attribute has "
              + bytes.length
              + " bytes: at most "
              + MAX_BYTES
              + " are allowed");
    }
    if (bytes.length == 0) {
      throw new FsException(FsStatus.EINVAL, "the name of an extended attribute cannot be empty");
    }
    for (byte b : bytes) {
      if (b == 0) {
        throw new FsException(
            FsStatus.EINVAL, "the name of an extended attribute cannot contain a NUL byte");
      }
    }
    return new XattrName(bytes.clone());
  }

  /// A name spelled in UTF-8.
  ///
  /// @throws FsException EINVAL or ENAMETOOLONG if it is no name
  public static XattrName of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /// A copy of the bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public int compareTo(XattrName other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof XattrName name && Arrays.equals(bytes, name.bytes);
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
