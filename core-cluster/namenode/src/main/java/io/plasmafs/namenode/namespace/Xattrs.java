package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.transaction.InodeEdit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// Extended attributes: read by who may read the inode, changed by who may write to it.
final class Xattrs {
  private Xattrs() {}

  static Outcome set(Step step, Operation.SetXattr op) {
    Place place = toChange(step, op.where(), op.follow());
    InodeId inode = place.existing().id();
    SortedMap<XattrName, Bytes> all = step.view.xattrs(inode);
    boolean there = all.containsKey(op.name());
    if (there && op.how() == Operation.XattrMode.CREATE) {
      throw new FsException(
          FsStatus.EEXIST, place.path() + " has an extended attribute '" + op.name() + "' already");
    }
    if (!there && op.how() == Operation.XattrMode.REPLACE) {
      throw absent(place, op.name());
    }
    checkLimits(step, place, all, op);
    step.transaction.charge(100 + op.name().bytes().length + op.value().length());
    InodeEdit edit = step.transaction.edit(inode, place.path());
    edit.setXattr(op.name(), Optional.of(op.value()));
    edit.touch(step.now);
    return new Outcome.Done();
  }

  private static void checkLimits(
      Step step, Place place, SortedMap<XattrName, Bytes> all, Operation.SetXattr op) {
    if (op.value().length() > XattrName.MAX_VALUE_BYTES) {
      throw new FsException(
          FsStatus.EINVAL,
          "the value of an extended attribute has "
              + op.value().length()
              + " bytes: at most "
              + XattrName.MAX_VALUE_BYTES
              + " are allowed");
    }
    int count = 1;
    long bytes = (long) op.name().bytes().length + op.value().length();
    for (Map.Entry<XattrName, Bytes> other : all.entrySet()) {
      if (!other.getKey().equals(op.name())) {
        count++;
        bytes += (long) other.getKey().bytes().length + other.getValue().length();
      }
    }
    if (count > step.rules.xattrsPerInode() || bytes > step.rules.xattrBytesPerInode()) {
      throw new FsException(
          FsStatus.ELIMIT,
          place.path()
              + " would have "
              + count
              + " extended attributes of "
              + bytes
              + " bytes: at most "
              + step.rules.xattrsPerInode()
              + " of "
              + step.rules.xattrBytesPerInode()
              + " bytes are allowed");
    }
  }

  static Outcome get(Step step, Operation.GetXattr op) {
    Place place = toRead(step, op.where(), op.follow());
    Bytes value = step.view.xattrs(place.existing().id()).get(op.name());
    if (value == null) {
      throw absent(place, op.name());
    }
    return new Outcome.Value(value);
  }

  static Outcome list(Step step, Operation.ListXattrs op) {
    Place place = toRead(step, op.where(), op.follow());
    return new Outcome.Names(List.copyOf(step.view.xattrs(place.existing().id()).keySet()));
  }

  static Outcome remove(Step step, Operation.RemoveXattr op) {
    Place place = toChange(step, op.where(), op.follow());
    InodeId inode = place.existing().id();
    if (!step.view.xattrs(inode).containsKey(op.name())) {
      throw absent(place, op.name());
    }
    step.transaction.charge(100);
    InodeEdit edit = step.transaction.edit(inode, place.path());
    edit.setXattr(op.name(), Optional.empty());
    edit.touch(step.now);
    return new Outcome.Done();
  }

  private static Place toRead(Step step, Location where, boolean follow) {
    Place place = step.existing(where, follow);
    step.access.check(place.existing(), Access.READ, place.path());
    return place;
  }

  private static Place toChange(Step step, Location where, boolean follow) {
    Place place = step.existing(where, follow);
    if (!step.view.isNew(place.existing().id())) {
      step.access.check(place.existing(), Access.WRITE, place.path());
    }
    step.transaction.lockInode(place.existing().id(), place.path());
    return place;
  }

  private static FsException absent(Place place, XattrName name) {
    return FsException.untraced(
        FsStatus.ENOATTR, place.path() + " has no extended attribute '" + name + "'", List.of());
  }
}
