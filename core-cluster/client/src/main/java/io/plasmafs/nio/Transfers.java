package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.LinkOption;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Copies and moves of single files, as [java.nio.file.Files] describes them. Each is one
/// transaction: of what fails nothing is seen.
final class Transfers {
  private final boolean replace;
  private final boolean attributes;
  private final boolean atomic;
  private final boolean follow;

  /// @throws UnsupportedOperationException if an option is unknown
  Transfers(CopyOption... options) {
    List<CopyOption> all = Arrays.asList(options);
    for (CopyOption option : all) {
      if (!(option instanceof StandardCopyOption) && option != LinkOption.NOFOLLOW_LINKS) {
        throw new UnsupportedOperationException("the option " + option + " is not known");
      }
    }
    this.replace = all.contains(StandardCopyOption.REPLACE_EXISTING);
    this.attributes = all.contains(StandardCopyOption.COPY_ATTRIBUTES);
    this.atomic = all.contains(StandardCopyOption.ATOMIC_MOVE);
    this.follow = Links.follow(options);
  }

  private interface Work {
    void in(Transaction transaction) throws IOException;
  }

  private static void within(Namespace namespace, Work work) throws IOException {
    switch (namespace) {
      case PlasmaClient client -> client.transact(work::in);
      case Transaction transaction -> work.in(transaction);
    }
  }

  // ---- copy

  void copy(PlasmaPath from, PlasmaPath to) throws IOException {
    if (atomic) {
      throw new UnsupportedOperationException("ATOMIC_MOVE has no meaning for a copy");
    }
    Namespace source = from.getFileSystem().namespace();
    Namespace target = to.getFileSystem().namespace();
    FsPath sourcePath = from.getFileSystem().locate(from);
    FsPath targetPath = to.getFileSystem().locate(to);
    within(
        target,
        transaction -> {
          Namespace reader = source == target ? transaction : source;
          copy(reader, sourcePath, transaction, targetPath, follow, attributes);
        });
  }

  private void copy(
      Namespace source,
      FsPath from,
      Transaction target,
      FsPath to,
      boolean followLinks,
      boolean withAttributes)
      throws IOException {
    Attributes original = followLinks ? source.stat(from) : source.lstat(from);
    Optional<Attributes> there = target.find(to);
    if (there.isPresent()) {
      boolean same = source == target && there.get().inode().equals(original.inode());
      if (same) {
        return;
      }
      makeRoom(target, to, there.get());
    }
    switch (original.type()) {
      case DIRECTORY -> {
        Object unused = target.mkdir(to, original.mode());
      }
      case SYMLINK -> {
        Object unused = target.symlink(to, source.readLink(from));
      }
      case REGULAR -> copyContent(source, original, target, to);
    }
    if (withAttributes && !original.isSymlink()) {
      copyAttributes(source, from, original, target, to);
    }
  }

  private void makeRoom(Transaction target, FsPath to, Attributes there) {
    if (!replace) {
      throw new FsException(FsStatus.EEXIST, to + " exists already");
    }
    if (there.isDirectory()) {
      target.rmdir(to);
    } else {
      target.unlink(to);
    }
  }

  private static void copyContent(
      Namespace source, Attributes original, Transaction target, FsPath to) throws IOException {
    WriteOptions options =
        WriteOptions.CREATE_NEW.withMode(original.mode()).withReplication(original.replication());
    try (PlasmaInputStream in = source.openInput(Location.of(original.inode()));
        PlasmaOutputStream out = target.openOutput(Location.of(to), options)) {
      out.expect(original.size());
      long unused = out.transferFrom(in, count -> {});
    }
  }

  /// Owner and group are copied if that is permitted.
  private static void copyAttributes(
      Namespace source, FsPath from, Attributes original, Transaction target, FsPath to) {
    Location where = Location.of(from);
    Outcome.Names names = (Outcome.Names) source.execute(new Operation.ListXattrs(where, true));
    for (XattrName name : names.names()) {
      byte[] value = source.getXattr(from, name);
      target.setXattr(to, name, Bytes.wrap(value), XattrMode.SET);
    }
    try {
      Object unused =
          target.setAttributes(
              to, AttributeChanges.NONE.withOwner(original.owner()).withGroup(original.group()));
    } catch (FsException e) {
      if (e.status() != FsStatus.EPERM) {
        throw e;
      }
    }
    Object unused =
        target.setAttributes(
            to,
            AttributeChanges.NONE
                .withMode(original.mode())
                .withMtime(TimeChange.to(original.mtime())));
  }

  // ---- move

  void move(PlasmaPath from, PlasmaPath to) throws IOException {
    FsPath source = from.getFileSystem().locate(from);
    FsPath target = to.getFileSystem().locate(to);
    if (from.getFileSystem() != to.getFileSystem()) {
      moveBetween(from, source, to, target);
      return;
    }
    Namespace namespace = from.getFileSystem().namespace();
    if (atomic) {
      namespace.rename(source, target, RenameMode.REPLACE);
    } else if (replace) {
      moveInPlaceOf(namespace, source, target);
    } else {
      moveToFreeName(namespace, source, target);
    }
  }

  private static void moveToFreeName(Namespace namespace, FsPath source, FsPath target) {
    try {
      namespace.rename(source, target, RenameMode.NO_REPLACE);
    } catch (FsException e) {
      boolean same =
          e.status() == FsStatus.EEXIST
              && namespace.lstat(source).inode().equals(namespace.lstat(target).inode());
      if (!same) {
        throw e;
      }
    }
  }

  /// A rename does not put a file in the place of an empty directory, or the reverse; this does.
  private void moveInPlaceOf(Namespace namespace, FsPath source, FsPath target) throws IOException {
    try {
      namespace.rename(source, target, RenameMode.REPLACE);
    } catch (FsException e) {
      if (e.status() != FsStatus.EISDIR && e.status() != FsStatus.ENOTDIR) {
        throw e;
      }
      within(
          namespace,
          transaction -> {
            Optional<Attributes> there = transaction.find(target);
            there.ifPresent(attributes -> makeRoom(transaction, target, attributes));
            transaction.rename(source, target, RenameMode.NO_REPLACE);
          });
    }
  }

  /// Between clusters, or in and out of a transaction: copied, then removed.
  private void moveBetween(PlasmaPath from, FsPath source, PlasmaPath to, FsPath target)
      throws IOException {
    if (atomic) {
      throw new AtomicMoveNotSupportedException(
          from.toString(), to.toString(), "they are in different file systems");
    }
    Namespace origin = from.getFileSystem().namespace();
    Attributes original = origin.lstat(source);
    if (original.isDirectory() && original.size() > 0) {
      throw new FsException(FsStatus.ENOTEMPTY, source + " is not empty and is in another cluster");
    }
    within(
        to.getFileSystem().namespace(),
        transaction -> copy(origin, source, transaction, target, false, true));
    if (original.isDirectory()) {
      origin.rmdir(source);
    } else {
      origin.unlink(source);
    }
  }
}
