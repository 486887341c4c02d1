package io.plasmafs.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// A path: zero or more names, relative to some directory. The empty path is that directory itself.
/// `.` and `..` do not occur: they are resolved, or refused, where text becomes a path.
///
/// @param names from the outermost to the innermost
public record FsPath(List<Name> names) {
  /// The longest path in bytes, separators included.
  public static final int MAX_BYTES = 65536;

  /// The directory itself.
  public static final FsPath EMPTY = new FsPath(List.of());

  public FsPath {
    names = List.copyOf(names);
  }

  /// A path spelled in UTF-8, names separated by one or more slashes; slashes at both ends mean
  /// nothing.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if it breaks the rules for names
  public static FsPath of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /// A path of bytes, names separated by one or more slashes; slashes at both ends mean nothing.
  ///
  /// @throws FsException EBADPATH or ENAMETOOLONG if it breaks the rules for names
  public static FsPath of(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new FsException(
          FsStatus.ENAMETOOLONG,
          "a path of "
              + bytes.length
              + " bytes is too long: at most "
              + MAX_BYTES
              + " are allowed");
    }
    List<Name> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        if (i > start) {
          names.add(Name.of(bytes, start, i - start));
        }
        start = i + 1;
      }
    }
    return names.isEmpty() ? EMPTY : new FsPath(names);
  }

  /// A path of one name.
  public static FsPath of(Name name) {
    return new FsPath(List.of(name));
  }

  /// Whether it is the directory itself.
  public boolean isEmpty() {
    return names.isEmpty();
  }

  /// The innermost name.
  ///
  /// @throws IllegalStateException if the path is empty
  public Name last() {
    if (names.isEmpty()) {
      throw new IllegalStateException("the empty path has no last name");
    }
    return names.get(names.size() - 1);
  }

  /// All names but the last one.
  ///
  /// @throws IllegalStateException if the path is empty
  public FsPath parent() {
    if (names.isEmpty()) {
      throw new IllegalStateException("the empty path has no parent");
    }
    return new FsPath(names.subList(0, names.size() - 1));
  }

  /// This path followed by one more name.
  public FsPath resolve(Name name) {
    List<Name> longer = new ArrayList<>(names.size() + 1);
    longer.addAll(names);
    longer.add(name);
    return new FsPath(longer);
  }

  /// This path followed by another.
  public FsPath resolve(FsPath other) {
    List<Name> longer = new ArrayList<>(names.size() + other.names.size());
    longer.addAll(names);
    longer.addAll(other.names);
    return new FsPath(longer);
  }

  /// Whether this path lies at or below `ancestor`.
  public boolean startsWith(FsPath ancestor) {
    return names.size() >= ancestor.names.size()
        && Collections.indexOfSubList(names.subList(0, ancestor.names.size()), ancestor.names) == 0;
  }

  /// The bytes on the wire: names separated by single slashes, none at the ends.
  public byte[] bytes() {
    int length = Math.max(0, names.size() - 1);
    for (Name name : names) {
      length += name.length();
    }
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) '/');
    int at = 0;
    for (Name name : names) {
      name.copyTo(bytes, at);
      at += name.length() + 1;
    }
    return bytes;
  }

  /// For messages: absolute, with everything unprintable escaped.
  @Override
  public String toString() {
    if (names.isEmpty()) {
      return "/";
    }
    StringBuilder out = new StringBuilder();
    for (Name name : names) {
      out.append('/').append(name);
    }
    return out.toString();
  }
}
