package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.Rows;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Follows a path (POSIX.1-2017 §4.13). Every directory on the way must be searchable. Symbolic
/// links on the way are followed; `.` and `..` occur in their targets only.
final class PathWalk {
  private final Rows rows;
  private final Access access;
  private final int maxSymlinks;
  private final FsPath path;

  /// Names of link targets still to follow, before the rest of the path; empty stands for `..`.
  private final Deque<Optional<Name>> inserted = new ArrayDeque<>(0);

  private int position;
  private int symlinks;

  PathWalk(Rows rows, Access access, int maxSymlinks, FsPath path) {
    this.rows = rows;
    this.access = access;
    this.maxSymlinks = maxSymlinks;
    this.path = path;
  }

  /// Where the path leads.
  ///
  /// @param follow a symbolic link at the end too
  Place from(InodeRecord start, boolean follow) {
    InodeRecord current = start;
    InodeRecord parent = null;
    Name last = null;
    while (hasNext()) {
      if (current.type() != FileType.DIRECTORY) {
        throw new FsException(
            FsStatus.ENOTDIR, path + ": " + current.id() + " on the way is not a directory");
      }
      access.check(current, Access.SEARCH, path);
      Name name = next();
      if (name == null) {
        current = inode(current.parent());
        parent = null;
        last = null;
        continue;
      }
      InodeId childId = rows.child(current.id(), name);
      InodeRecord child = childId.equals(InodeId.NONE) ? null : rows.inode(childId);
      if (child == null) {
        if (hasNext()) {
          throw new FsException(
              FsStatus.ENOENT, path + ": there is no directory '" + name + "' on the way");
        }
        return new Place(current, name, null, path);
      }
      if (child.type() == FileType.SYMLINK && (follow || hasNext())) {
        current = enterLink(current, child);
        parent = null;
        last = null;
      } else {
        parent = current;
        last = name;
        current = child;
      }
    }
    if (parent == null && current.type() == FileType.SYMLINK && follow) {
      throw new FsException(
          FsStatus.EINVAL, path + ": a symbolic link given by number cannot be followed");
    }
    return new Place(parent, last, current, path);
  }

  private InodeRecord enterLink(InodeRecord directory, InodeRecord link) {
    if (++symlinks > maxSymlinks) {
      throw new FsException(
          FsStatus.ELOOP, path + ": more than " + maxSymlinks + " symbolic links on the way");
    }
    LinkTarget target = link.target().orElseThrow();
    List<Optional<Name>> names = split(target.bytes());
    for (int i = names.size() - 1; i >= 0; i--) {
      inserted.push(names.get(i));
    }
    return target.isAbsolute() ? inode(InodeId.ROOT) : directory;
  }

  private static List<Optional<Name>> split(byte[] target) {
    List<Optional<Name>> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= target.length; i++) {
      if (i == target.length || target[i] == '/') {
        int length = i - start;
        boolean dot = length == 1 && target[start] == '.';
        if (length == 2 && target[start] == '.' && target[start + 1] == '.') {
          names.add(Optional.empty());
        } else if (length > 0 && !dot) {
          names.add(Optional.of(Name.of(target, start, length)));
        }
        start = i + 1;
      }
    }
    return names;
  }

  private InodeRecord inode(InodeId id) {
    InodeRecord record = rows.inode(id);
    if (record == null) {
      throw new FsException(FsStatus.ESTALE, path + ": " + id + " on the way is gone");
    }
    return record;
  }

  private boolean hasNext() {
    return !inserted.isEmpty() || position < path.names().size();
  }

  /// The next name; null for `..`.
  private @Nullable Name next() {
    Optional<Name> first = inserted.poll();
    return first != null ? first.orElse(null) : path.names().get(position++);
  }
}
