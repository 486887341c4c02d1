package io.plasmafs.model;

import java.util.Arrays;

/// An immutable list of CRC32C checksums (RFC 3720 appendix B.4), four bytes each.
public final class Checksums {
  /// No checksums.
  public static final Checksums NONE = new Checksums(new int[0]);

  private final int[] values;

  private Checksums(int[] values) {
    this.values = values;
  }

  /// These checksums, which are copied.
  public static Checksums of(int... values) {
    return values.length == 0 ? NONE : new Checksums(values.clone());
  }

  /// How many there are.
  public int count() {
    return values.length;
  }

  /// The one at this position.
  public int at(int position) {
    return values[position];
  }

  /// A copy of all values.
  public int[] toArray() {
    return values.clone();
  }

  /// `length` of them from `from` on; [#NONE] of [#NONE].
  Checksums slice(int from, int length) {
    return values.length == 0
        ? NONE
        : new Checksums(Arrays.copyOfRange(values, from, from + length));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Checksums checksums && Arrays.equals(values, checksums.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return values.length + " checksums";
  }
}
