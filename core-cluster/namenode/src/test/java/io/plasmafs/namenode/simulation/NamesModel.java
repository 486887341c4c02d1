package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What operations on names must come to, one method each.
final class NamesModel {
  private NamesModel() {}

  static Outcome create(Sight sight, Operation.Create op) {
    Sight.Place place = sight.place(op.where(), false);
    int replication = op.replication() == 0 ? World.REPLICATION : op.replication();
    Node old = place.child();
    if (old == null) {
      sight.enter(place.parent());
      sight.creating(place);
      return made(sight, place, FileType.REGULAR, op.mode(), replication, Optional.empty());
    }
    return switch (op.how()) {
      case EXCLUSIVE -> throw new Refused(FsStatus.EEXIST, "exists");
      case OPEN -> new Outcome.Inode(regular(old).attributes(), false);
      case TRUNCATE -> {
        regular(old);
        sight.lock(LockKey.Kind.INODE, old.id);
        ContentModel.cut(sight, old, 0);
        yield AttributesModel.changed(sight, old.id);
      }
      case REPLACE -> {
        if (old.isDirectory()) {
          throw new Refused(FsStatus.EISDIR, "directory");
        }
        sight.enter(place.parent());
        sight.removing(place);
        sight.unlink(place);
        sight.forsake(old);
        yield made(sight, place, FileType.REGULAR, op.mode(), replication, Optional.empty());
      }
    };
  }

  private static Node regular(Node node) {
    return switch (node.type) {
      case REGULAR -> node;
      case DIRECTORY -> throw new Refused(FsStatus.EISDIR, "directory");
      case SYMLINK -> throw new Refused(FsStatus.EEXIST, "link");
    };
  }

  static Outcome makeDirectory(Sight sight, Operation.MakeDirectory op) {
    if (!op.parents()) {
      Sight.Place place = sight.place(op.where(), false);
      if (place.child() != null) {
        throw new Refused(FsStatus.EEXIST, "exists");
      }
      return makeOne(sight, place, op.mode(), number(sight, 0));
    }
    InodeId directory = sight.place(sight.base(op.where()), FsPath.EMPTY, false).existing().id;
    Outcome.@Nullable Inode made = null;
    int left = op.where().path().names().size();
    for (Name name : op.where().path().names()) {
      left--;
      Sight.Place place = sight.place(directory, FsPath.of(name), true);
      if (place.child() == null) {
        // all that comes after a missing one is missing, too
        made = makeOne(sight, place, op.mode(), number(sight, left));
        directory = made.attributes().inode();
      } else {
        directory = place.existing().id;
      }
    }
    if (made != null) {
      return made;
    }
    Node there = sight.place(directory, FsPath.EMPTY, false).existing();
    if (!there.isDirectory()) {
      throw new Refused(FsStatus.EEXIST, "no directory");
    }
    return new Outcome.Inode(there.attributes(), false);
  }

  private static Outcome.Inode makeOne(Sight sight, Sight.Place place, int mode, InodeId number) {
    sight.enter(place.parent());
    sight.creating(place);
    return made(sight, place, number, FileType.DIRECTORY, mode, 0, Optional.empty());
  }

  static Outcome makeSymlink(Sight sight, Operation.MakeSymlink op) {
    Sight.Place place = sight.place(op.where(), false);
    if (place.child() != null) {
      throw new Refused(FsStatus.EEXIST, "exists");
    }
    sight.enter(place.parent());
    sight.creating(place);
    return made(sight, place, FileType.SYMLINK, 0777, 0, Optional.of(op.target()));
  }

  /// The number that the engine gave to a new inode, after which it gave out `later` more. If there
  /// is such an inode, nothing was made, at least not in this state: another one explains the
  /// answer, or none does.
  private static InodeId number(Sight sight, int later) {
    long last =
        sight.answered instanceof Outcome.Inode inode
            ? inode.attributes().inode().value()
            : Long.MAX_VALUE;
    InodeId number = new InodeId(Math.max(1, last - later));
    if (last != Long.MAX_VALUE && sight.node(number) != null) {
      throw new Refused(FsStatus.EFAILED, "the new inode got the number of " + sight.node(number));
    }
    return number;
  }

  private static Outcome.Inode made(
      Sight sight,
      Sight.Place place,
      FileType type,
      int mode,
      int replication,
      Optional<LinkTarget> target) {
    return made(sight, place, number(sight, 0), type, mode, replication, target);
  }

  private static Outcome.Inode made(
      Sight sight,
      Sight.Place place,
      InodeId number,
      FileType type,
      int mode,
      int replication,
      Optional<LinkTarget> target) {
    Node directory = place.parent();
    boolean inherits = (directory.mode & 02000) != 0;
    boolean isDirectory = type == FileType.DIRECTORY;
    Node node =
        new Node(
            new InodeRecord(
                new Attributes(
                    number,
                    type,
                    isDirectory && inherits ? mode | 02000 : mode,
                    sight.user,
                    inherits ? directory.group : sight.user,
                    target.map(t -> (long) t.bytes().length).orElse(0L),
                    sight.now,
                    sight.now,
                    sight.now,
                    isDirectory ? 2 : 1,
                    replication,
                    0,
                    0,
                    0),
                InodeRecord.ContentKind.NONE,
                isDirectory ? directory.id : InodeId.NONE,
                target));
    sight.own.create(node);
    sight.setEntry(place, number, isDirectory ? 1 : 0);
    return new Outcome.Inode(node.attributes(), true);
  }

  static Outcome link(Sight sight, Operation.Link op) {
    Node node = sight.existing(op.existing(), false).existing();
    if (node.isDirectory()) {
      throw new Refused(FsStatus.EPERM, "directory");
    }
    if (node.nlink == 0) {
      throw new Refused(FsStatus.ENOENT, "no name left");
    }
    Sight.Place place = sight.place(op.where(), false);
    if (place.child() != null) {
      throw new Refused(FsStatus.EEXIST, "exists");
    }
    sight.enter(place.parent());
    sight.creating(place);
    sight.setEntry(place, node.id, 0);
    sight.use(node.id);
    sight.own.attribute(node.id, n -> n.nlink++);
    sight.own.touch(node.id, sight.now);
    return AttributesModel.changed(sight, node.id);
  }

  static Outcome unlink(Sight sight, Operation.Unlink op) {
    Sight.Place place = sight.existing(op.where(), false);
    if (place.existing().isDirectory()) {
      throw new Refused(FsStatus.EISDIR, "directory");
    }
    removeFile(sight, place);
    return new Outcome.Done();
  }

  private static void removeFile(Sight sight, Sight.Place place) {
    sight.enter(place.parent());
    sight.removing(place);
    sight.unlink(place);
    sight.forsake(place.existing());
  }

  static Outcome removeDirectory(Sight sight, Operation.RemoveDirectory op) {
    Sight.Place place = sight.existing(op.where(), false);
    Node directory = place.existing();
    if (!directory.isDirectory()) {
      throw new Refused(FsStatus.ENOTDIR, "no directory");
    }
    sight.enter(place.parent());
    sight.removing(place);
    sight.lock(LockKey.Kind.STAY, directory.id);
    if (!directory.entries.isEmpty()) {
      throw new Refused(FsStatus.ENOTEMPTY, "entries");
    }
    sight.own.detached.add(directory.id);
    sight.unlink(place);
    sight.forsake(directory);
    return new Outcome.Done();
  }

  static Outcome removeTree(Sight sight, Operation.RemoveTree op) {
    Sight.Place place = sight.existing(op.where(), false);
    if (!place.existing().isDirectory()) {
      removeFile(sight, place);
      return new Outcome.Removed(1);
    }
    sight.enter(place.parent());
    sight.removing(place);
    long entries = 1;
    Deque<Node> open = new ArrayDeque<>();
    open.push(place.existing());
    while (!open.isEmpty()) {
      Node directory = open.pop();
      sight.lock(LockKey.Kind.STAY, directory.id);
      sight.own.detached.add(directory.id);
      for (InodeId child : directory.entries.values()) {
        entries++;
        Node node = sight.node(child);
        if (node != null && node.isDirectory()) {
          open.push(node);
        }
      }
    }
    sight.unlink(place);
    sight.forsake(place.existing());
    return new Outcome.Removed(entries);
  }

  static Outcome rename(Sight sight, Operation.Rename op) {
    Sight.Place from = sight.existing(op.from(), false);
    Sight.Place to = sight.place(op.to(), false);
    Node source = from.existing();
    boolean exchange = op.how() == Operation.RenameMode.EXCHANGE;
    Node target = exchange ? to.existing() : to.child();
    if (target != null && op.how() == Operation.RenameMode.NO_REPLACE) {
      throw new Refused(FsStatus.EEXIST, "exists");
    }
    if (target != null && target.id.equals(source.id)) {
      return new Outcome.Done();
    }
    Node oldParent = from.parent();
    Node newParent = to.parent();
    sight.enter(oldParent);
    sight.enter(newParent);
    sight.removing(from);
    if (target == null) {
      sight.creating(to);
    } else {
      sight.removing(to);
    }
    boolean moves = !oldParent.id.equals(newParent.id);
    prepareMove(sight, source, newParent, moves);
    if (exchange && target != null) {
      prepareMove(sight, target, oldParent, moves);
      int difference = (source.isDirectory() ? 1 : 0) - (target.isDirectory() ? 1 : 0);
      sight.setEntry(from, target.id, moves ? -difference : 0);
      sight.setEntry(to, source.id, moves ? difference : 0);
      moved(sight, source, newParent, moves);
      moved(sight, target, oldParent, moves);
      return new Outcome.Done();
    }
    if (target != null) {
      replace(sight, to, source, target);
    }
    sight.unlink(from);
    sight.setEntry(to, source.id, source.isDirectory() ? 1 : 0);
    moved(sight, source, newParent, moves);
    return new Outcome.Done();
  }

  /// A directory cannot get below itself, nor into a tree that was removed.
  private static void prepareMove(Sight sight, Node moving, Node newParent, boolean moves) {
    if (!moving.isDirectory()) {
      return;
    }
    sight.lock(LockKey.Kind.STAY, moving.id);
    Node ancestor = newParent;
    while (moves) {
      if (ancestor.id.equals(moving.id)) {
        throw new Refused(FsStatus.EHIER, "into itself");
      }
      if (ancestor.nlink == 0) {
        throw new Refused(FsStatus.ENOENT, "the new place was removed");
      }
      sight.lock(LockKey.Kind.SHARED_STAY, ancestor.id);
      if (ancestor.id.equals(InodeId.ROOT)) {
        return;
      }
      Node above = sight.node(ancestor.parent);
      if (above == null) {
        throw new Refused(FsStatus.ENOENT, "the new place was removed");
      }
      ancestor = above;
    }
  }

  private static void replace(Sight sight, Sight.Place to, Node source, Node target) {
    if (target.isDirectory()) {
      if (!source.isDirectory()) {
        throw new Refused(FsStatus.EISDIR, "directory");
      }
      sight.lock(LockKey.Kind.STAY, target.id);
      if (!target.entries.isEmpty()) {
        throw new Refused(FsStatus.ENOTEMPTY, "entries");
      }
      sight.own.detached.add(target.id);
    } else if (source.isDirectory()) {
      throw new Refused(FsStatus.ENOTDIR, "no directory");
    }
    sight.unlink(to);
    sight.forsake(target);
  }

  private static void moved(Sight sight, Node node, Node newParent, boolean moves) {
    sight.use(node.id);
    sight.own.touch(node.id, sight.now);
    if (moves && node.isDirectory()) {
      sight.own.attribute(node.id, n -> n.parent = newParent.id);
    }
  }
}
