package io.plasmafs.model;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// An immutable run of bytes: the content of a small file, or the value of an extended attribute.
public final class Bytes {
  /// No bytes.
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /// These bytes, not copied: who calls gives the array away.
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  /// How many there are.
  public int length() {
    return array.length;
  }

  /// A read-only view.
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(array).asReadOnlyBuffer();
  }

  /// A copy.
  public byte[] toArray() {
    return array.clone();
  }

  /// The array itself, to be read and never changed: for codecs that would else copy it.
  public byte[] unsafeArray() {
    return array;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  @Override
  public String toString() {
    return array.length + " bytes";
  }
}
