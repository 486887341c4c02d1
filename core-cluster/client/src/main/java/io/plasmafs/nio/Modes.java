package io.plasmafs.nio;

import io.plasmafs.model.Attributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// Permission bits as numbers and as sets.
final class Modes {
  private static final int PERMISSIONS = 0777;

  private Modes() {}

  /// The nine lower bits as a set.
  static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      if ((mode & bit(permission)) != 0) {
        permissions.add(permission);
      }
    }
    return permissions;
  }

  /// The bits of a set, above them those of `mode` that a set cannot have.
  static int mode(int mode, Set<PosixFilePermission> permissions) {
    int bits = mode & ~PERMISSIONS;
    for (PosixFilePermission permission : permissions) {
      bits |= bit(permission);
    }
    return bits;
  }

  private static int bit(PosixFilePermission permission) {
    return switch (permission) {
      case OWNER_READ -> 0400;
      case OWNER_WRITE -> 0200;
      case OWNER_EXECUTE -> 0100;
      case GROUP_READ -> 0040;
      case GROUP_WRITE -> 0020;
      case GROUP_EXECUTE -> 0010;
      case OTHERS_READ -> 0004;
      case OTHERS_WRITE -> 0002;
      case OTHERS_EXECUTE -> 0001;
    };
  }

  /// The mode that something new gets.
  ///
  /// @param usual without a wish
  /// @throws UnsupportedOperationException if more is wished for than permissions
  static int wished(int usual, FileAttribute<?>... attributes) {
    int mode = usual;
    for (FileAttribute<?> attribute : attributes) {
      switch (attribute.name()) {
        case "posix:permissions" -> {
          int bits = 0;
          for (Object permission : (Set<?>) attribute.value()) {
            bits |= bit((PosixFilePermission) permission);
          }
          mode = bits;
        }
        case "unix:mode" -> mode = (Integer) attribute.value() & 07777;
        default ->
            throw new UnsupportedOperationException(
                "'" + attribute.name() + "' cannot be set when a file is made");
      }
    }
    return mode;
  }

  /// Type and permissions as `st_mode` has them.
  static int unix(Attributes attributes) {
    int type =
        switch (attributes.type()) {
          case REGULAR -> 0100000;
          case DIRECTORY -> 0040000;
          case SYMLINK -> 0120000;
        };
    return type | attributes.mode();
  }
}
