package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;

/// What operations that show or change attributes must come to, one method each.
final class AttributesModel {
  private AttributesModel() {}

  /// What is shown of an inode that was just changed.
  static Outcome.Inode changed(Sight sight, InodeId inode) {
    return new Outcome.Inode(Objects.requireNonNull(sight.node(inode)).attributes(), false);
  }

  static Outcome stat(Sight sight, Operation.Stat op) {
    return new Outcome.Inode(
        sight.existing(op.where(), op.follow()).existing().attributes(), false);
  }

  static Outcome statMany(Sight sight, Operation.StatMany op) {
    List<Outcome.Found> found = new ArrayList<>();
    for (Operation.Stat one : op.objects()) {
      try {
        Node node = sight.existing(one.where(), one.follow()).existing();
        found.add(new Outcome.Found(FsStatus.OK, Optional.of(node.attributes())));
      } catch (Refused e) {
        found.add(new Outcome.Found(e.status, Optional.empty()));
      }
    }
    return new Outcome.Inodes(found);
  }

  /// Committed versions only, whatever the transaction did.
  static Outcome versions(Sight sight, Operation.Versions op) {
    List<Outcome.VersionPair> versions = new ArrayList<>();
    for (InodeId inode : op.inodes()) {
      Node node = sight.state.node(inode);
      versions.add(
          node == null || node.nlink == 0
              ? new Outcome.VersionPair(0, 0)
              : new Outcome.VersionPair(node.version, node.contentVersion));
    }
    return new Outcome.Versions(versions);
  }

  /// How long the page is, up to its limit, is the engine's choice.
  static Outcome list(Sight sight, Operation.ListDirectory op) {
    Node directory = sight.existing(op.where(), true).existing();
    if (!directory.isDirectory()) {
      throw new Refused(FsStatus.ENOTDIR, "no directory");
    }
    SortedMap<Name, InodeId> names =
        op.after().isPresent()
            ? directory.entries.tailMap(op.after().get(), false)
            : directory.entries;
    int count = Math.min(op.limit(), names.size());
    if (sight.answered instanceof Outcome.Listing listing && listing.entries().size() >= 16) {
      count = Math.min(count, listing.entries().size());
    }
    List<Outcome.Entry> page = new ArrayList<>();
    for (Map.Entry<Name, InodeId> entry : names.entrySet()) {
      if (page.size() == count) {
        break;
      }
      page.add(
          new Outcome.Entry(
              entry.getKey(),
              entry.getValue(),
              op.withAttributes()
                  ? Optional.of(Objects.requireNonNull(sight.node(entry.getValue())).attributes())
                  : Optional.empty()));
    }
    return new Outcome.Listing(
        directory.id, directory.contentVersion, page, page.size() == names.size());
  }

  static Outcome readLink(Sight sight, Operation.ReadLink op) {
    Node node = sight.existing(op.where(), false).existing();
    return new Outcome.Value(
        Bytes.wrap(node.target.orElseThrow(() -> new Refused(FsStatus.EINVAL, "no link")).bytes()));
  }

  static Outcome setAttributes(Sight sight, Operation.SetAttributes op) {
    Node node = sight.existing(op.where(), op.follow()).existing();
    Operation.AttributeChanges changes = op.changes();
    Overlay own = sight.own;
    if (changes.size().isPresent()) {
      if (node.type != FileType.REGULAR) {
        throw new Refused(node.isDirectory() ? FsStatus.EISDIR : FsStatus.EINVAL, "no size");
      }
      if (changes.size().get() < 0) {
        throw new Refused(FsStatus.EINVAL, "negative");
      }
      sight.lock(LockKey.Kind.INODE, node.id);
      ContentModel.cut(sight, node, changes.size().get());
    }
    if (changes.mode().isPresent()
        || changes.owner().isPresent()
        || changes.group().isPresent()
        || changes.replication().isPresent()
        || !(changes.birth() instanceof Operation.TimeChange.Keep)) {
      sight.lock(LockKey.Kind.INODE, node.id);
      sight.use(node.id);
      changes.owner().ifPresent(owner -> own.attribute(node.id, n -> n.owner = owner));
      changes.group().ifPresent(group -> own.attribute(node.id, n -> n.group = group));
      changes
          .mode()
          .ifPresent(mode -> {
            if ((mode & ~07777) != 0) {
              throw new Refused(FsStatus.EINVAL, "mode");
            }
            own.attribute(node.id, n -> n.mode = mode);
          });
      changes
          .replication()
          .ifPresent(replication -> {
            if (node.type != FileType.REGULAR || replication < 1 || replication > 16) {
              throw new Refused(FsStatus.EINVAL, "replication");
            }
            own.attribute(node.id, n -> n.replication = replication);
          });
      switch (changes.birth()) {
        case Operation.TimeChange.Keep keep -> {}
        case Operation.TimeChange.Server server -> own.attribute(node.id, n -> n.birth = sight.now);
        case Operation.TimeChange.Given(Instant time) ->
            own.attribute(node.id, n -> n.birth = time);
      }
      own.touch(node.id, sight.now);
    }
    setTimes(sight, node, changes);
    return changed(sight, node.id);
  }

  private static void setTimes(Sight sight, Node node, Operation.AttributeChanges changes) {
    boolean keepsMtime = changes.mtime() instanceof Operation.TimeChange.Keep;
    if (keepsMtime && changes.ctime() instanceof Operation.TimeChange.Keep) {
      return;
    }
    sight.use(node.id);
    switch (changes.mtime()) {
      case Operation.TimeChange.Keep keep -> {}
      case Operation.TimeChange.Server server -> sight.own.setMtime(node.id, sight.now);
      case Operation.TimeChange.Given(Instant time) -> sight.own.setMtime(node.id, time);
    }
    switch (changes.ctime()) {
      case Operation.TimeChange.Keep keep -> sight.own.touch(node.id, sight.now);
      case Operation.TimeChange.Server server ->
          sight.own.attribute(node.id, n -> n.ctime = sight.now);
      case Operation.TimeChange.Given(Instant time) ->
          sight.own.attribute(node.id, n -> n.ctime = time);
    }
  }

  // ---- extended attributes

  static Outcome setXattr(Sight sight, Operation.SetXattr op, int mostXattrs) {
    Node node = toChange(sight, op.where(), op.follow());
    boolean there = node.xattrs.containsKey(op.name());
    if (there && op.how() == Operation.XattrMode.CREATE) {
      throw new Refused(FsStatus.EEXIST, "there");
    }
    if (!there && op.how() == Operation.XattrMode.REPLACE) {
      throw new Refused(FsStatus.ENOATTR, "absent");
    }
    if (!there && node.xattrs.size() >= mostXattrs) {
      throw new Refused(FsStatus.ELIMIT, "too many");
    }
    sight.use(node.id);
    sight.own.attribute(node.id, n -> n.xattrs.put(op.name(), op.value()));
    sight.own.touch(node.id, sight.now);
    return new Outcome.Done();
  }

  static Outcome removeXattr(Sight sight, Operation.RemoveXattr op) {
    Node node = toChange(sight, op.where(), op.follow());
    if (!node.xattrs.containsKey(op.name())) {
      throw new Refused(FsStatus.ENOATTR, "absent");
    }
    sight.use(node.id);
    sight.own.attribute(node.id, n -> n.xattrs.remove(op.name()));
    sight.own.touch(node.id, sight.now);
    return new Outcome.Done();
  }

  private static Node toChange(Sight sight, Location where, boolean follow) {
    Node node = sight.existing(where, follow).existing();
    sight.lock(LockKey.Kind.INODE, node.id);
    return node;
  }

  static Outcome getXattr(Sight sight, Operation.GetXattr op) {
    Bytes value = sight.existing(op.where(), op.follow()).existing().xattrs.get(op.name());
    if (value == null) {
      throw new Refused(FsStatus.ENOATTR, "absent");
    }
    return new Outcome.Value(value);
  }

  static Outcome listXattrs(Sight sight, Operation.ListXattrs op) {
    List<XattrName> names =
        List.copyOf(sight.existing(op.where(), op.follow()).existing().xattrs.keySet());
    return new Outcome.Names(names);
  }

  // ---- preconditions

  static Outcome require(Sight sight, Operation.Require op) {
    Location where =
        op.where().base() instanceof Location.Base.Result
            ? new Location(new Location.Base.Inode(sight.base(op.where())), op.where().path())
            : op.where();
    sight.own.preconditions.add(new Operation.Require(where, op.kind(), op.inode(), op.value()));
    return new Outcome.Done();
  }

  /// Whether a precondition holds in a committed state.
  static boolean holds(State state, Operation.Require op) {
    Node found;
    try {
      Sight sight = new Sight(state, new Overlay(), Instant.EPOCH, true, "");
      found = sight.place(op.where(), false).child();
    } catch (Refused e) {
      if (e.status != FsStatus.ENOENT
          && e.status != FsStatus.ENOTDIR
          && e.status != FsStatus.ESTALE) {
        return false;
      }
      found = null;
    }
    return switch (op.kind()) {
      case ABSENT -> found == null;
      case PRESENT -> found != null && isMeant(op, found);
      case VERSION -> found != null && isMeant(op, found) && found.version == op.value();
      case CONTENT_VERSION ->
          found != null && isMeant(op, found) && found.contentVersion == op.value();
    };
  }

  private static boolean isMeant(Operation.Require op, Node found) {
    return op.inode().equals(InodeId.NONE) || op.inode().equals(found.id);
  }
}
