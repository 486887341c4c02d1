package io.plasmafs.nio;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A path of bytes. Text is its UTF-8; bytes that are not UTF-8 show as replacement characters, and
/// survive in [#toUri()]. `.` and `..` may occur until the path is used. A relative path is one
/// from the root.
final class PlasmaPath implements Path {
  private static final byte[] DOT = {'.'};
  private static final byte[] DOTS = {'.', '.'};
  private static final byte[] NOTHING = {};
  private static final String UNRESERVED = "-._~!$&'()*+,;=:@";

  private final PlasmaFileSystem fileSystem;
  private final boolean absolute;

  /// None is empty, except the only one of the empty path.
  private final byte[][] names;

  private PlasmaPath(PlasmaFileSystem fileSystem, boolean absolute, byte[]... names) {
    this.fileSystem = fileSystem;
    this.absolute = absolute;
    this.names = !absolute && names.length == 0 ? new byte[][] {NOTHING} : names;
  }

  /// A path given as text.
  ///
  /// @throws InvalidPathException if it has a NUL character or half a surrogate pair
  static PlasmaPath parse(PlasmaFileSystem fileSystem, String text) {
    if (text.indexOf(0) >= 0) {
      throw new InvalidPathException(text, "a path cannot contain NUL", text.indexOf(0));
    }
    ByteBuffer bytes;
    try {
      bytes =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .encode(java.nio.CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new InvalidPathException(text, "a path cannot contain half a surrogate pair");
    }
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return parse(fileSystem, array);
  }

  /// A path given as bytes, names separated by slashes.
  static PlasmaPath parse(PlasmaFileSystem fileSystem, byte[] bytes) {
    List<byte[]> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        if (i > start) {
          names.add(Arrays.copyOfRange(bytes, start, i));
        }
        start = i + 1;
      }
    }
    return new PlasmaPath(
        fileSystem, bytes.length > 0 && bytes[0] == '/', names.toArray(byte[][]::new));
  }

  /// The absolute path of an object.
  static PlasmaPath of(PlasmaFileSystem fileSystem, FsPath path) {
    return new PlasmaPath(
        fileSystem, true, path.names().stream().map(Name::bytes).toArray(byte[][]::new));
  }

  /// `path` as what it is.
  ///
  /// @throws ProviderMismatchException if it belongs to another provider
  static PlasmaPath of(Path path) {
    if (path instanceof PlasmaPath ours) {
      return ours;
    }
    throw new ProviderMismatchException(path + " is no path in a cluster");
  }

  /// This directory followed by one name.
  PlasmaPath resolve(Name name) {
    return isEmpty()
        ? new PlasmaPath(fileSystem, false, name.bytes())
        : new PlasmaPath(fileSystem, absolute, joined(names, new byte[][] {name.bytes()}));
  }

  /// The names, `.` and `..` among them.
  List<byte[]> elements() {
    return isEmpty() ? List.of() : List.of(names);
  }

  static boolean isDot(byte[] name) {
    return Arrays.equals(name, DOT);
  }

  static boolean isDots(byte[] name) {
    return Arrays.equals(name, DOTS);
  }

  private boolean isEmpty() {
    return names.length == 1 && names[0].length == 0;
  }

  private static byte[][] joined(byte[][] first, byte[][] second) {
    byte[][] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Override
  public PlasmaFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public @Nullable PlasmaPath getRoot() {
    return absolute ? new PlasmaPath(fileSystem, true) : null;
  }

  @Override
  public @Nullable PlasmaPath getFileName() {
    return names.length == 0 ? null : new PlasmaPath(fileSystem, false, names[names.length - 1]);
  }

  @Override
  public @Nullable PlasmaPath getParent() {
    if (names.length == 0 || (!absolute && names.length == 1)) {
      return null;
    }
    return new PlasmaPath(fileSystem, absolute, Arrays.copyOf(names, names.length - 1));
  }

  @Override
  public int getNameCount() {
    return names.length;
  }

  @Override
  public PlasmaPath getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public PlasmaPath subpath(int begin, int end) {
    if (begin < 0 || begin >= end || end > names.length) {
      throw new IllegalArgumentException(
          this + " has " + names.length + " names: " + begin + " to " + end + " is no part of it");
    }
    return new PlasmaPath(fileSystem, false, Arrays.copyOfRange(names, begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof PlasmaPath path
        && path.fileSystem == fileSystem
        && path.absolute == absolute
        && path.names.length <= names.length
        && path.isEmpty() == isEmpty()
        && Arrays.deepEquals(path.names, Arrays.copyOf(names, path.names.length));
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof PlasmaPath path) || path.fileSystem != fileSystem) {
      return false;
    }
    int from = names.length - path.names.length;
    return from >= 0
        && path.isEmpty() == isEmpty()
        && (!path.absolute || (absolute && from == 0))
        && Arrays.deepEquals(path.names, Arrays.copyOfRange(names, from, names.length));
  }

  @Override
  public PlasmaPath normalize() {
    List<byte[]> kept = new ArrayList<>(names.length);
    for (byte[] name : names) {
      boolean afterName = !kept.isEmpty() && !isDots(kept.getLast());
      if (isDots(name) && afterName) {
        kept.removeLast();
      } else if (!isDot(name) && !(isDots(name) && absolute)) {
        kept.add(name);
      }
    }
    return new PlasmaPath(fileSystem, absolute, kept.toArray(byte[][]::new));
  }

  @Override
  public PlasmaPath resolve(Path other) {
    PlasmaPath path = of(other);
    if (path.absolute || isEmpty()) {
      return path;
    }
    return path.isEmpty() ? this : new PlasmaPath(fileSystem, absolute, joined(names, path.names));
  }

  @Override
  public PlasmaPath relativize(Path other) {
    PlasmaPath path = of(other);
    if (path.absolute != absolute) {
      throw new IllegalArgumentException(
          "only one of "
              + this
              + " and "
              + other
              + " is absolute: neither is relative to the other");
    }
    List<byte[]> from = elements();
    List<byte[]> to = path.elements();
    int common = 0;
    while (common < Math.min(from.size(), to.size())
        && Arrays.equals(from.get(common), to.get(common))) {
      common++;
    }
    List<byte[]> way = new ArrayList<>();
    for (byte[] name : from.subList(common, from.size())) {
      if (isDots(name)) {
        throw new IllegalArgumentException("the way from " + this + " to " + other + " is unknown");
      }
      if (!isDot(name)) {
        way.add(DOTS);
      }
    }
    way.addAll(to.subList(common, to.size()));
    return new PlasmaPath(fileSystem, false, way.toArray(byte[][]::new));
  }

  @Override
  public URI toUri() {
    StringBuilder text = new StringBuilder(fileSystem.uriPrefix());
    PlasmaPath path = toAbsolutePath();
    if (path.names.length == 0) {
      text.append('/');
    }
    for (byte[] name : path.names) {
      text.append('/');
      for (byte b : name) {
        char c = (char) (b & 0xff);
        if (c < 128 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
          text.append(c);
        } else {
          text.append(String.format("%%%02X", (int) c));
        }
      }
    }
    return URI.create(text.toString());
  }

  @Override
  public PlasmaPath toAbsolutePath() {
    return absolute ? this : new PlasmaPath(fileSystem, true, elements().toArray(byte[][]::new));
  }

  @Override
  public PlasmaPath toRealPath(LinkOption... options) throws IOException {
    boolean follow = Links.follow(options);
    return Failures.translate(this, () -> of(fileSystem, fileSystem.realPath(this, follow)));
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("a cluster does not tell of changes");
  }

  @Override
  public int compareTo(Path other) {
    return Arrays.compareUnsigned(bytes(), of(other).bytes());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PlasmaPath path
        && path.fileSystem == fileSystem
        && path.absolute == absolute
        && Arrays.deepEquals(path.names, names);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.deepHashCode(names) + Boolean.hashCode(absolute);
  }

  /// The path as it is spelled.
  byte[] bytes() {
    int length = absolute && names.length == 0 ? 1 : names.length - (absolute ? 0 : 1);
    for (byte[] name : names) {
      length += name.length;
    }
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) '/');
    int at = absolute ? 1 : 0;
    for (byte[] name : names) {
      System.arraycopy(name, 0, bytes, at, name.length);
      at += name.length + 1;
    }
    return bytes;
  }

  @Override
  public String toString() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }
}
