package io.plasmafs.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes as people write it: `512`, `64k`, `8g`, `1.5m`; units are powers of 1024.
///
/// @param bytes not negative
public record ByteSize(long bytes) {
  private static final Pattern SPELLING =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgtp]?)(?:i?b)?");
  private static final String UNITS = "kmgtp";

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size of " + bytes + " bytes is not possible");
    }
  }

  /// Reads a size.
  ///
  /// @throws IllegalArgumentException saying how sizes are written, if this is none
  public static ByteSize parse(String text) {
    Matcher matcher = SPELLING.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no size: write a number and k, m, g or t, for example 64k or 8g");
    }
    double factor = 1;
    if (!matcher.group(2).isEmpty()) {
      factor = Math.pow(1024, UNITS.indexOf(matcher.group(2)) + 1.0);
    }
    double bytes = Double.parseDouble(matcher.group(1)) * factor;
    if (bytes > Long.MAX_VALUE / 2.0) {
      throw new IllegalArgumentException("'" + text + "' is too large a size");
    }
    return new ByteSize(Math.round(bytes));
  }

  /// Short and rounded, for people: `8.0G`, `64K`, `512`.
  public static String display(long bytes) {
    if (bytes < 1024) {
      return Long.toString(bytes);
    }
    double value = bytes;
    int unit = -1;
    do {
      value /= 1024;
      unit++;
    } while (value >= 1023.5 && unit < UNITS.length() - 1);
    String format = value < 9.95 ? "%.1f%s" : "%.0f%s";
    return String.format(
        Locale.ROOT, format, value, UNITS.substring(unit, unit + 1).toUpperCase(Locale.ROOT));
  }

  /// Exact, in the largest unit that divides it: `8g`, `64k`, `1000`.
  @Override
  public String toString() {
    long value = bytes;
    int unit = -1;
    while (value != 0 && value % 1024 == 0 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return unit < 0 ? Long.toString(value) : value + UNITS.substring(unit, unit + 1);
  }
}
