package io.plasmafs.client;

import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.List;
import java.util.Optional;

/// What a change of a part of a file builds on: its content as a transaction sees it, and the
/// version that others see at the same moment. That one must not have changed when the transaction
/// commits: a block of which a part was taken from one content must not get into another.
///
/// @param committedVersion of the content; 0 of a file that nobody else knows
record Basis(FileContent content, long committedVersion) {

  /// The content of a file, as `transaction` sees it at this moment.
  static Basis of(Transaction transaction, InodeId inode) {
    List<Outcome> outcomes =
        transaction.execute(
            List.of(
                new Operation.Read(Location.of(inode), false, 0, FileContent.PAGE_BLOCKS),
                new Operation.Versions(List.of(inode))));
    return new Basis(
        FileContent.of(
            transaction.client(),
            transaction,
            Outcomes.expect(Outcome.Content.class, outcomes.get(0))),
        Outcomes.expect(Outcome.Versions.class, outcomes.get(1))
            .versions()
            .getFirst()
            .contentVersion());
  }

  /// As [#of(Transaction, InodeId)], of what a path leads to; a symbolic link is followed.
  static Basis of(Transaction transaction, Location where) {
    return of(transaction, FileContent.within(transaction, where, true));
  }

  /// As [#of(Transaction, InodeId)], of what `transaction` was just answered.
  static Basis of(Transaction transaction, Outcome.Content content) {
    return of(transaction, FileContent.of(transaction.client(), transaction, content));
  }

  private static Basis of(Transaction transaction, FileContent content) {
    return content.attributes().contentVersion() > 0
        ? committed(content)
        : of(transaction, content.attributes().inode()); // it has changes of the transaction's own
  }

  /// A content that nobody is changing.
  static Basis committed(FileContent content) {
    return new Basis(content, content.attributes().contentVersion());
  }

  InodeId inode() {
    return content.attributes().inode();
  }

  /// Lets a commit fail if somebody else was first; nothing if there is nobody who could.
  Optional<Operation> requirement() {
    return committedVersion == 0
        ? Optional.empty()
        : Optional.of(requirement(inode(), committedVersion));
  }

  /// Lets a commit fail unless the content of the file is of this version.
  static Operation requirement(InodeId inode, long version) {
    return new Operation.Require(
        Location.of(inode), Operation.Requirement.CONTENT_VERSION, inode, version);
  }

  /// What the transaction has made of it meanwhile. It holds the file's lock now: what others see
  /// stays as it is.
  ///
  /// @throws FsException ECONFLICT if somebody else was first
  Basis next(Transaction transaction) {
    Basis now = of(transaction, inode());
    if (now.committedVersion != committedVersion) {
      now.content.close();
      throw new FsException(
          FsStatus.ECONFLICT,
          ("%s was changed by somebody else since it was opened: version %d of its content was"
                  + " expected, and %s was found; begin a new transaction")
              .formatted(
                  inode(),
                  committedVersion,
                  now.committedVersion == 0 ? "no such file" : "version " + now.committedVersion),
          List.of(
              new Conflict(
                  Conflict.Kind.CONTENT_VERSION,
                  inode(),
                  FsPath.EMPTY,
                  committedVersion,
                  now.committedVersion,
                  "",
                  -1)));
    }
    return now;
  }
}
