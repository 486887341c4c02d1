package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Conflict;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import org.jspecify.annotations.Nullable;

/// Something that an operation must hold, or find undoomed.
///
/// @param name of a name lock, else null
record LockKey(Kind kind, InodeId inode, @Nullable Name name) {
  enum Kind {
    INODE,
    CREATING,
    REMOVING,
    SHARED_STAY,
    STAY,
    /// No lock: the inode must not be deleted by a commit on its way.
    USE
  }

  /// What excludes each other has the same place.
  record Place(String what, InodeId inode, @Nullable Name name) {}

  Place place() {
    return switch (kind) {
      case INODE -> new Place("inode", inode, null);
      case CREATING, REMOVING -> new Place("name", inode, name);
      case SHARED_STAY, STAY -> new Place("stay", inode, null);
      case USE -> new Place("use", inode, null);
    };
  }

  boolean excludes(LockKey other) {
    return kind != Kind.USE && !(kind == Kind.SHARED_STAY && other.kind == Kind.SHARED_STAY);
  }

  /// How a conflict with who holds this is reported.
  Conflict.Kind reported() {
    return switch (kind) {
      case INODE, USE -> Conflict.Kind.INODE_LOCKED;
      case CREATING -> Conflict.Kind.NAME_CREATING;
      case REMOVING, STAY -> Conflict.Kind.NAME_REMOVING;
      case SHARED_STAY -> Conflict.Kind.NAME_EXISTS;
    };
  }
}
