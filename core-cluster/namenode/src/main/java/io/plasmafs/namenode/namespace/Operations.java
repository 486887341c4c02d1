package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;

/// Hands each operation to the class that knows it.
public final class Operations {
  private Operations() {}

  /// Runs one operation.
  ///
  /// @throws FsException if it fails; what it did so far is to be undone
  /// @throws Missing if something is not in memory
  /// @throws Pause if it is to be continued
  /// @throws CommitFirst if it is to be continued once something else is committed
  public static Outcome run(Step step, Operation operation) {
    Outcome outcome;
    try {
      outcome = dispatch(step, operation);
    } catch (FsException e) {
      throw step.told(e);
    }
    step.addResult(
        switch (outcome) {
          case Outcome.Inode(Attributes attributes, boolean created) -> attributes.inode();
          case Outcome.Content(Attributes attributes, Outcome.Body body) -> attributes.inode();
          case Outcome.Listing listing -> listing.directory();
          case Outcome.Copied copied -> copied.inode();
          default -> InodeId.NONE;
        });
    return outcome;
  }

  private static Outcome dispatch(Step step, Operation operation) {
    return switch (operation) {
      case Operation.Stat op -> Stat.run(step, op);
      case Operation.StatMany op -> StatMany.run(step, op);
      case Operation.Versions op -> Versions.run(step, op);
      case Operation.ListDirectory op -> ListDirectory.run(step, op);
      case Operation.ReadLink op -> ReadLink.run(step, op);
      case Operation.StatFilesystem op -> StatFilesystem.run(step);
      case Operation.Create op -> Create.run(step, op);
      case Operation.MakeDirectory op -> MakeDirectory.run(step, op);
      case Operation.MakeSymlink op -> MakeSymlink.run(step, op);
      case Operation.Link op -> Link.run(step, op);
      case Operation.Unlink op -> Unlink.run(step, op);
      case Operation.RemoveDirectory op -> RemoveDirectory.run(step, op);
      case Operation.RemoveTree op -> RemoveTree.run(step, op);
      case Operation.CopyTree op -> CopyTree.run(step, op);
      case Operation.Rename op -> Rename.run(step, op);
      case Operation.SetAttributes op -> SetAttributes.run(step, op);
      case Operation.SetXattr op -> Xattrs.set(step, op);
      case Operation.GetXattr op -> Xattrs.get(step, op);
      case Operation.ListXattrs op -> Xattrs.list(step, op);
      case Operation.RemoveXattr op -> Xattrs.remove(step, op);
      case Operation.Read op -> Read.run(step, op);
      case Operation.Allocate op -> Allocate.run(step, op);
      case Operation.Attach op -> Attach.run(step, op);
      case Operation.WriteInline op -> WriteInline.run(step, op);
      case Operation.ExtendInline op -> ExtendInline.run(step, op);
      case Operation.Punch op -> Punch.run(step, op);
      case Operation.GiveBack op -> GiveBack.run(step, op);
      case Operation.Require op -> Require.run(step, op);
      case Operation.Begin op -> throw misplaced("begin");
      case Operation.Commit op -> throw misplaced("commit");
      case Operation.Abort op -> throw misplaced("abort");
    };
  }

  private static FsException misplaced(String what) {
    return new FsException(FsStatus.EINVAL, what + " is not possible at this place of a compound");
  }
}
