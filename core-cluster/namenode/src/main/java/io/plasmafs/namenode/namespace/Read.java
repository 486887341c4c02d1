package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where the bytes of a file are. All of a small file is answered whole; it may be shorter than the
/// file, the rest of which is then a hole. Of others a block that is kept inline comes with the
/// blocks around it. Blocks that are named to a transaction are pinned until it ends.
final class Read {
  private Read() {}

  static Outcome run(Step step, Operation.Read op) {
    Place place = step.file(op.where(), op.follow());
    InodeRecord file = place.existing();
    if (!step.view.isNew(file.id())) {
      step.access.check(file, Access.READ, place.path());
    }
    if (op.first() < 0 || op.count() < 0 || op.first() > Rules.MAX_SIZE) {
      throw new FsException(
          FsStatus.EINVAL,
          op.count() + " blocks from " + op.first() + " on are no part of any file");
    }
    Outcome.Body body =
        switch (file.content()) {
          case NONE ->
              new Outcome.Body.Blocks(List.of(), op.first() + op.count(), Optional.empty());
          case INLINE -> new Outcome.Body.Inline(step.view.inline(file.id()).bytes());
          case BLOCKS, MIXED -> blocks(step, place, op);
        };
    return new Outcome.Content(file.attributes(), body);
  }

  private static Outcome.Body blocks(Step step, Place place, Operation.Read op) {
    InodeRecord file = place.existing();
    InlineContent inline = op.count() == 0 ? InlineContent.NONE : step.inline(file);
    long end =
        Math.min(op.first() + op.count(), Math.ceilDiv(file.size(), (long) step.rules.blockSize()));
    List<GrantedExtent> granted = new ArrayList<>();
    long next = op.first() + op.count();
    for (Extent extent : step.view.extents(file.id(), op.first(), end)) {
      if (granted.size() == Rules.MAX_EXTENTS) {
        next = extent.index();
        break;
      }
      Extent part = extent.slice(Math.max(extent.index(), op.first()), Math.min(extent.end(), end));
      if (step.explicit) {
        step.blocks.pin(step.transaction.key(), part);
        step.transaction.pinned();
      }
      granted.add(
          step.tickets.grant(part, Ticket.Right.READ, step.explicit ? step.transaction.key() : 0));
    }
    if (step.explicit && !step.view.isNew(file.id())) {
      step.transaction.use(file.id(), place.path());
    }
    return new Outcome.Body.Blocks(
        granted,
        next,
        op.first() == 0 || inline.isWithin(op.first(), next) ? inline.asBlock() : Optional.empty());
  }
}
