package io.plasmafs.webdav.header;

import io.plasmafs.http.semantics.MalformedHeader;
import java.util.Locale;
import java.util.Optional;

/// How far down a request reaches (RFC 4918 section 10.2).
public enum Depth {
  /// The resource alone.
  ZERO("0"),
  /// The resource and its members.
  ONE("1"),
  /// The resource and everything below it.
  INFINITY("infinity");

  private final String text;

  Depth(String text) {
    this.text = text;
  }

  /// As headers and bodies spell it.
  public String text() {
    return text;
  }

  /// What the header says.
  ///
  /// @param value the header, if there is one
  /// @param missing what a missing header means to the method
  /// @throws MalformedHeader if it is none of the three
  public static Depth parse(Optional<String> value, Depth missing) {
    if (value.isEmpty()) {
      return missing;
    }
    return switch (value.get().strip().toLowerCase(Locale.ROOT)) {
      case "0" -> ZERO;
      case "1" -> ONE;
      case "infinity" -> INFINITY;
      default ->
          throw new MalformedHeader("Depth: 0, 1 or infinity is expected, not " + value.get());
    };
  }
}
