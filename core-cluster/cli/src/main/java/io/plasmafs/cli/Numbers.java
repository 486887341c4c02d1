package io.plasmafs.cli;

/// Numbers as they are typed.
final class Numbers {
  private Numbers() {}

  /// A whole number.
  ///
  /// @throws IllegalArgumentException saying what is expected, if this is none
  static int whole(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      boolean digits = text.strip().matches("[+-]?\\d+");
      throw new IllegalArgumentException(
          "'" + text + (digits ? "' is out of range" : "' is no whole number"), e);
    }
  }

  /// A number with or without a fraction.
  ///
  /// @throws IllegalArgumentException saying what is expected, if this is none
  static double number(String text) {
    try {
      return Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no number", e);
    }
  }
}
