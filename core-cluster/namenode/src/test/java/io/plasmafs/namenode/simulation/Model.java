package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What each operation must answer, and do to its transaction.
final class Model {
  private final int mostXattrs;

  Model(int mostXattrs) {
    this.mostXattrs = mostXattrs;
  }

  /// Runs an operation in the model. If it throws, the sight's overlay is to be given up.
  ///
  /// @throws Refused if the engine must refuse it
  Outcome run(Sight sight, Operation operation, @Nullable Outcome answered) {
    sight.answered = answered;
    sight.locks.clear();
    Outcome outcome =
        switch (operation) {
          case Operation.Stat op -> AttributesModel.stat(sight, op);
          case Operation.StatMany op -> AttributesModel.statMany(sight, op);
          case Operation.Versions op -> AttributesModel.versions(sight, op);
          case Operation.ListDirectory op -> AttributesModel.list(sight, op);
          case Operation.ReadLink op -> AttributesModel.readLink(sight, op);
          case Operation.StatFilesystem op ->
              new Outcome.Filesystem(
                  0, 0, 0, World.BLOCK_SIZE, sight.state.nodes.size(), sight.state.sequence);
          case Operation.Create op -> NamesModel.create(sight, op);
          case Operation.MakeDirectory op -> NamesModel.makeDirectory(sight, op);
          case Operation.MakeSymlink op -> NamesModel.makeSymlink(sight, op);
          case Operation.Link op -> NamesModel.link(sight, op);
          case Operation.Unlink op -> NamesModel.unlink(sight, op);
          case Operation.RemoveDirectory op -> NamesModel.removeDirectory(sight, op);
          case Operation.RemoveTree op -> NamesModel.removeTree(sight, op);
          case Operation.CopyTree op ->
              // what it copies is of no one instant: CopyTreeTest has it
              throw new IllegalArgumentException("histories copy no trees: " + op);
          case Operation.Rename op -> NamesModel.rename(sight, op);
          case Operation.SetAttributes op -> AttributesModel.setAttributes(sight, op);
          case Operation.SetXattr op -> AttributesModel.setXattr(sight, op, mostXattrs);
          case Operation.GetXattr op -> AttributesModel.getXattr(sight, op);
          case Operation.ListXattrs op -> AttributesModel.listXattrs(sight, op);
          case Operation.RemoveXattr op -> AttributesModel.removeXattr(sight, op);
          case Operation.Read op -> ContentModel.read(sight, op);
          case Operation.Allocate op -> ContentModel.allocate(sight, op);
          case Operation.Attach op -> ContentModel.attach(sight, op);
          case Operation.WriteInline op -> ContentModel.writeInline(sight, op);
          case Operation.ExtendInline op -> ContentModel.extendInline(sight, op);
          case Operation.Punch op -> ContentModel.punch(sight, op);
          case Operation.GiveBack op -> ContentModel.giveBack(sight, op);
          case Operation.Require op -> AttributesModel.require(sight, op);
          case Operation.Begin op -> throw new Refused(FsStatus.EINVAL, "misplaced");
          case Operation.Commit op -> throw new Refused(FsStatus.EINVAL, "misplaced");
          case Operation.Abort op -> throw new Refused(FsStatus.EINVAL, "misplaced");
        };
    sight.results.add(
        switch (outcome) {
          case Outcome.Inode o -> o.attributes().inode();
          case Outcome.Content o -> o.attributes().inode();
          case Outcome.Listing o -> o.directory();
          default -> InodeId.NONE;
        });
    return outcome;
  }

  /// Whether an answer is the expected one, but for what is the engine's choice: how runs of blocks
  /// are cut, and tickets.
  static boolean same(Outcome expected, Outcome answered) {
    if (expected
            instanceof Outcome.Content(Attributes a, Outcome.Body.Blocks(var e, long end, var i))
        && answered
            instanceof Outcome.Content(Attributes b, Outcome.Body.Blocks(var f, long n, var j))) {
      return a.equals(b)
          && end == n
          && i.equals(j)
          && Node.blocks(runs(e), 0, Long.MAX_VALUE)
              .equals(Node.blocks(runs(f), 0, Long.MAX_VALUE));
    }
    if (expected instanceof Outcome.Filesystem e && answered instanceof Outcome.Filesystem a) {
      return e.inodes() == a.inodes() && e.sequence() == a.sequence();
    }
    return expected.equals(answered);
  }

  private static List<Extent> runs(List<GrantedExtent> granted) {
    return granted.stream().map(GrantedExtent::extent).toList();
  }
}
