package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Attributes by name, as `view:attribute`. Each view has those of the view before it: `basic`,
/// `posix`, `unix`, `plasma`; `owner` and `user` stand alone.
///
/// | View | Attributes of its own |
/// |---|---|
/// | `basic` | size, creationTime, lastModifiedTime, lastAccessTime, isDirectory, isRegularFile, isSymbolicLink, isOther, fileKey |
/// | `owner` | owner |
/// | `posix` | permissions, owner, group |
/// | `unix` | mode, ino, nlink, ctime; users and groups have no numbers here |
/// | `plasma` | version, contentVersion, replication, blocks; size and replication can be set |
/// | `user` | one for each extended attribute |
final class NamedAttributes {
  /// Names of all views.
  static final Set<String> VIEWS = Set.of("basic", "owner", "posix", "unix", "plasma", "user");

  private static final Set<String> BASIC =
      Set.of(
          "size",
          "creationTime",
          "lastModifiedTime",
          "lastAccessTime",
          "isDirectory",
          "isRegularFile",
          "isSymbolicLink",
          "isOther",
          "fileKey");
  private static final Set<String> OWNER = Set.of("owner");
  private static final Set<String> POSIX = with(BASIC, "permissions", "owner", "group");
  private static final Set<String> UNIX = with(POSIX, "mode", "ino", "nlink", "ctime");
  private static final Set<String> PLASMA =
      with(UNIX, "version", "contentVersion", "replication", "blocks");

  private final PlasmaPath path;
  private final boolean follow;

  NamedAttributes(PlasmaPath path, boolean follow) {
    this.path = path;
    this.follow = follow;
  }

  private static Set<String> with(Set<String> base, String... more) {
    Set<String> all = new HashSet<>(base);
    all.addAll(List.of(more));
    return Set.copyOf(all);
  }

  /// A view and the attributes wanted of it.
  private record Wish(String view, String names) {
    static Wish of(String text) {
      int colon = text.indexOf(':');
      String view = colon < 0 ? "basic" : text.substring(0, colon);
      if (!VIEWS.contains(view)) {
        throw new UnsupportedOperationException(
            "there is no view '" + view + "': one of " + VIEWS + " is expected");
      }
      return new Wish(view, text.substring(colon + 1));
    }
  }

  private static Set<String> namesOf(String view) {
    return switch (view) {
      case "basic" -> BASIC;
      case "owner" -> OWNER;
      case "posix" -> POSIX;
      case "unix" -> UNIX;
      default -> PLASMA;
    };
  }

  /// Values of the attributes in `text`: a view, a colon, names with commas between them, or `*`.
  Map<String, Object> read(String text) throws IOException {
    Wish wish = Wish.of(text);
    if (wish.names().isEmpty()) {
      throw new IllegalArgumentException("'" + text + "' names no attribute");
    }
    List<String> names = List.of(wish.names().split(","));
    return wish.view().equals("user") ? extended(names) : ordinary(wish.view(), names);
  }

  private Map<String, Object> extended(List<String> names) throws IOException {
    XattrView view = new XattrView(path, follow);
    Map<String, Object> values = new HashMap<>();
    for (String name : names.contains("*") ? view.list() : names) {
      values.put(name, view.get(name));
    }
    return values;
  }

  private Map<String, Object> ordinary(String view, List<String> names) throws IOException {
    Set<String> known = namesOf(view);
    Set<String> wanted = new HashSet<>(names);
    if (wanted.remove("*")) {
      wanted.addAll(known);
    }
    for (String name : wanted) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "the view '" + view + "' has no attribute '" + name + "'; it has " + known);
      }
    }
    PlasmaFileAttributes all = new AttributeView(view, path, follow).readAttributes();
    Map<String, Object> values = new HashMap<>();
    for (String name : wanted) {
      values.put(name, value(all, name));
    }
    return values;
  }

  private static Object value(PlasmaFileAttributes all, String name) {
    Attributes attributes = all.attributes();
    return switch (name) {
      case "size" -> all.size();
      case "creationTime" -> all.creationTime();
      case "lastModifiedTime" -> all.lastModifiedTime();
      case "lastAccessTime" -> all.lastAccessTime();
      case "isDirectory" -> all.isDirectory();
      case "isRegularFile" -> all.isRegularFile();
      case "isSymbolicLink" -> all.isSymbolicLink();
      case "isOther" -> all.isOther();
      case "fileKey" -> all.fileKey();
      case "permissions" -> all.permissions();
      case "owner" -> all.owner();
      case "group" -> all.group();
      case "mode" -> Modes.unix(attributes);
      case "ino" -> attributes.inode().value();
      case "nlink" -> attributes.nlink();
      case "ctime" -> FileTime.from(attributes.ctime());
      case "version" -> all.version();
      case "contentVersion" -> all.contentVersion();
      case "replication" -> attributes.replication();
      case "blocks" -> attributes.blocks();
      default -> throw new IllegalArgumentException("there is no attribute '" + name + "'");
    };
  }

  /// Sets one attribute.
  void set(String text, @Nullable Object value) throws IOException {
    Wish wish = Wish.of(text);
    if (value == null) {
      throw new NullPointerException("no value is given for '" + text + "'");
    }
    String name = wish.names();
    if (wish.view().equals("user")) {
      ByteBuffer bytes =
          value instanceof byte[] array ? ByteBuffer.wrap(array) : (ByteBuffer) value;
      int unused = new XattrView(path, follow).write(name, bytes);
      return;
    }
    if (!namesOf(wish.view()).contains(name)) {
      throw new IllegalArgumentException(
          "the view '" + wish.view() + "' has no attribute '" + name + "'");
    }
    AttributeView view = new AttributeView(wish.view(), path, follow);
    boolean ours = wish.view().equals("plasma");
    switch (name) {
      case "lastModifiedTime" -> view.setTimes((FileTime) value, null, null);
      case "lastAccessTime" -> view.setTimes(null, (FileTime) value, null);
      case "creationTime" -> view.setTimes(null, null, (FileTime) value);
      case "permissions" -> view.setPermissions(permissions(value));
      case "owner" -> view.setOwner((UserPrincipal) value);
      case "group" -> view.setGroup((GroupPrincipal) value);
      case "mode" -> view.change(AttributeChanges.NONE.withMode((Integer) value & 07777));
      case "size" -> {
        if (!ours) {
          throw fixed(text);
        }
        resize((Long) value);
      }
      case "replication" -> view.change(AttributeChanges.NONE.withReplication((Integer) value));
      default -> throw fixed(text);
    }
  }

  private void resize(long size) throws IOException {
    Failures.perform(
        path,
        null,
        () -> {
          PlasmaFileSystem fileSystem = path.getFileSystem();
          Namespace namespace = fileSystem.namespace();
          namespace.truncate(Location.of(fileSystem.locate(path)), size);
        });
  }

  private static Set<PosixFilePermission> permissions(Object value) {
    Set<PosixFilePermission> permissions = new HashSet<>();
    for (Object permission : (Set<?>) value) {
      permissions.add((PosixFilePermission) permission);
    }
    return permissions;
  }

  private static IllegalArgumentException fixed(String text) {
    return new IllegalArgumentException("'" + text + "' cannot be set");
  }
}
