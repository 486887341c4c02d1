package io.plasmafs.namenode.simulation;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the operations of one compound look at: a published state, under the transaction's own
/// effects, at one instant. Notes the locks that they need.
final class Sight {
  static final int MOST_SYMLINKS = 40;

  final State state;
  final Overlay own;
  final Instant now;
  final boolean explicit;
  final String user;

  /// Inodes that the operations before found, for locations relative to them.
  final List<InodeId> results = new ArrayList<>();

  /// What the operation that is being run needs, in the order in which it asks.
  final List<LockKey> locks = new ArrayList<>();

  /// What the engine answered to it: numbers of new inodes are its choice. Null if it refused.
  @Nullable Outcome answered;

  Sight(State state, Overlay own, Instant now, boolean explicit, String user) {
    this.state = state;
    this.own = own;
    this.now = now;
    this.explicit = explicit;
    this.user = user;
  }

  /// Where a location leads.
  record Place(@Nullable Node directory, @Nullable Name name, @Nullable Node child) {
    Node existing() {
      if (child == null) {
        throw new Refused(FsStatus.ENOENT, "nothing there");
      }
      return child;
    }

    Node parent() {
      if (directory == null) {
        throw new Refused(FsStatus.EINVAL, "no name at the end");
      }
      return directory;
    }

    Name last() {
      if (name == null) {
        throw new Refused(FsStatus.EINVAL, "no name at the end");
      }
      return name;
    }
  }

  @Nullable Node node(InodeId inode) {
    return own.see(state, inode);
  }

  InodeId base(Location where) {
    return switch (where.base()) {
      case Location.Base.Root root -> InodeId.ROOT;
      case Location.Base.Inode(InodeId inode) -> inode;
      case Location.Base.Result(int operation) -> {
        if (operation >= results.size() || results.get(operation).equals(InodeId.NONE)) {
          throw new Refused(FsStatus.EINVAL, "no result " + operation);
        }
        yield results.get(operation);
      }
    };
  }

  Place place(Location where, boolean follow) {
    return place(base(where), where.path(), follow);
  }

  Place place(InodeId base, FsPath path, boolean follow) {
    Node start = node(base);
    if (start == null || (start.nlink == 0 && !own.isUsing(base))) {
      throw new Refused(FsStatus.ESTALE, base + " is gone");
    }
    return path.isEmpty() ? new Place(null, null, start) : walk(start, path, follow);
  }

  /// Follows a path. `..` occurs in the targets of symbolic links only.
  private Place walk(Node start, FsPath path, boolean follow) {
    Deque<String> names = new ArrayDeque<>();
    path.names().forEach(name -> names.add(name.text()));
    Node at = start;
    Node directory = null;
    Name last = null;
    int links = 0;
    while (!names.isEmpty()) {
      if (!at.isDirectory()) {
        throw new Refused(FsStatus.ENOTDIR, at + " on the way");
      }
      String next = names.remove();
      if (next.equals("..")) {
        at = onTheWay(at.parent);
        directory = null;
        last = null;
        continue;
      }
      Name name = Name.of(next);
      InodeId childId = at.entries.get(name);
      Node child = childId == null ? null : node(childId);
      if (child == null) {
        if (!names.isEmpty()) {
          throw new Refused(FsStatus.ENOENT, name + " on the way");
        }
        return new Place(at, name, null);
      }
      if (child.type == FileType.SYMLINK && (follow || !names.isEmpty())) {
        if (++links > MOST_SYMLINKS) {
          throw new Refused(FsStatus.ELOOP, "links");
        }
        String target = new String(child.target.orElseThrow().bytes(), StandardCharsets.UTF_8);
        String[] parts = target.split("/");
        for (int i = parts.length - 1; i >= 0; i--) {
          if (!parts[i].isEmpty() && !parts[i].equals(".")) {
            names.push(parts[i]);
          }
        }
        at = target.startsWith("/") ? onTheWay(InodeId.ROOT) : at;
        directory = null;
        last = null;
      } else {
        directory = at;
        last = name;
        at = child;
      }
    }
    if (directory == null && at.type == FileType.SYMLINK && follow) {
      throw new Refused(FsStatus.EINVAL, "a link given by number");
    }
    return new Place(directory, last, at);
  }

  private Node onTheWay(InodeId inode) {
    Node node = node(inode);
    if (node == null) {
      throw new Refused(FsStatus.ESTALE, inode + " on the way");
    }
    return node;
  }

  Place existing(Location where, boolean follow) {
    Place place = place(where, follow);
    place.existing();
    return place;
  }

  Node file(Location where, boolean follow) {
    Node node = existing(where, follow).existing();
    if (node.type != FileType.REGULAR) {
      throw new Refused(node.isDirectory() ? FsStatus.EISDIR : FsStatus.EINVAL, "no file");
    }
    return node;
  }

  Node fileToWrite(Location where) {
    Node file = file(where, false);
    lock(LockKey.Kind.INODE, file.id);
    return file;
  }

  // ---- locks

  void lock(LockKey.Kind kind, InodeId inode) {
    locks.add(new LockKey(kind, inode, null));
  }

  void creating(Place place) {
    locks.add(new LockKey(LockKey.Kind.CREATING, place.parent().id, place.last()));
  }

  void removing(Place place) {
    locks.add(new LockKey(LockKey.Kind.REMOVING, place.parent().id, place.last()));
  }

  /// Whether the inode may be deleted by a commit on its way matters from now on.
  void use(InodeId inode) {
    if (!own.isUsing(inode)) {
      lock(LockKey.Kind.USE, inode);
    }
  }

  /// An entry of the directory is about to change.
  void enter(Node directory) {
    if (directory.nlink == 0
        || own.detached.contains(directory.id)
        || (!own.isNew(directory.id) && state.isDetached(directory.id))) {
      throw new Refused(FsStatus.ENOENT, directory + " was removed");
    }
    lock(LockKey.Kind.SHARED_STAY, directory.id);
  }

  // ---- shared effects

  /// A name points to something else, or to nothing (null), from now on.
  void setEntry(Place place, @Nullable InodeId child, int subdirectories) {
    InodeId directory = place.parent().id;
    Name name = place.last();
    use(directory);
    own.content(
        directory,
        node -> {
          if (child == null) {
            node.entries.remove(name);
          } else {
            node.entries.put(name, child);
          }
          node.nlink += subdirectories;
        });
    own.touchContent(directory, now);
  }

  void unlink(Place place) {
    setEntry(place, null, place.existing().isDirectory() ? -1 : 0);
  }

  /// An inode has lost a name; a directory has lost its only one.
  void forsake(Node node) {
    use(node.id);
    if (node.isDirectory()) {
      own.removedDirectories.add(node.id);
    } else {
      own.attribute(node.id, n -> n.nlink--);
    }
    own.touch(node.id, now);
  }
}
