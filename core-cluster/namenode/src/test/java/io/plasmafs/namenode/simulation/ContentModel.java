package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What operations on the content of files must come to, one method each.
final class ContentModel {
  private ContentModel() {}

  private static long blocksIn(long size) {
    return Math.ceilDiv(size, (long) World.BLOCK_SIZE);
  }

  static Outcome writeInline(Sight sight, Operation.WriteInline op) {
    if (op.content().length() > World.INLINE_LIMIT) {
      throw new Refused(FsStatus.EINVAL, "too long");
    }
    Node file = sight.fileToWrite(op.where());
    if (file.content.hasBlocks()) {
      replace(sight, file.id, 0, blocksIn(file.size), null);
    }
    int length = op.content().length();
    keep(sight, file, 0, op.content(), 0);
    sight.own.content(file.id, n -> n.size = length);
    sight.own.touchContent(file.id, sight.now);
    return new Outcome.Done();
  }

  /// These bytes are kept inline of a file that has so many blocks.
  private static void keep(Sight sight, Node file, long index, Bytes bytes, long blocks) {
    sight.use(file.id);
    sight.own.content(
        file.id,
        n -> {
          n.keep(index, bytes);
          n.blocks = blocks;
          n.content = n.kind();
        });
  }

  static Outcome extendInline(Sight sight, Operation.ExtendInline op) {
    int added = op.content().length();
    if (op.kept() < 0 || added < 1 || op.kept() + added > World.BLOCK_SIZE) {
      throw new Refused(FsStatus.EINVAL, "too long");
    }
    Node file = sight.fileToWrite(op.where());
    Bytes before = file.inline;
    if ((before.length() > 0 && file.inlineIndex != op.index())
        || (op.kept() > 0 && op.kept() != before.length())) {
      throw new Refused(FsStatus.ECONFLICT, "other bytes are kept inline");
    }
    long blocks = file.blocks;
    Bytes after = op.content();
    if (op.kept() > 0) {
      byte[] all = Arrays.copyOf(before.toArray(), op.kept() + added);
      System.arraycopy(after.toArray(), 0, all, op.kept(), added);
      after = Bytes.wrap(all);
    } else {
      int freed = file.blocks(op.index(), op.index() + 1).size();
      if (freed > 0) {
        replace(sight, file.id, op.index(), op.index() + 1, null);
      }
      blocks -= freed;
    }
    keep(sight, file, op.index(), after, blocks);
    long size = Math.max(file.size, op.index() * World.BLOCK_SIZE + after.length());
    sight.own.content(file.id, n -> n.size = size);
    sight.own.touchContent(file.id, sight.now);
    return new Outcome.Done();
  }

  /// A file that is locked gets a new size.
  static void cut(Sight sight, Node file, long size) {
    if (size < file.size) {
      long left = size - file.inlineIndex * World.BLOCK_SIZE;
      if (left > 0 && left < file.inline.length()) {
        Bytes rest = Bytes.wrap(Arrays.copyOf(file.inline.toArray(), (int) left));
        keep(sight, file, file.inlineIndex, rest, file.blocks);
      }
      long keep = blocksIn(size);
      if (size % World.BLOCK_SIZE != 0
          && file.content.hasBlocks()
          && !hasReplaced(sight, file, keep - 1)
          && !file.blocks(keep - 1, keep).isEmpty()) {
        throw new Refused(FsStatus.EINVAL, "within a block");
      }
      makeHole(sight, Objects.requireNonNull(sight.node(file.id)), keep, blocksIn(file.size));
    }
    sight.use(file.id);
    sight.own.content(file.id, n -> n.size = size);
    sight.own.touchContent(file.id, sight.now);
  }

  private static boolean hasReplaced(Sight sight, Node file, long block) {
    Set<Long> replaced = sight.own.replaced.get(file.id);
    return replaced == null ? sight.own.isNew(file.id) : replaced.contains(block);
  }

  private static void makeHole(Sight sight, Node file, long first, long end) {
    long freed = first < end ? file.blocks(first, end).size() : 0;
    if (freed > 0) {
      replace(sight, file.id, first, end, null);
    }
    boolean keeps = file.keeps(first, end);
    if (freed > 0 || keeps) {
      keep(sight, file, file.inlineIndex, keeps ? Bytes.EMPTY : file.inline, file.blocks - freed);
    }
  }

  private static void replace(
      Sight sight, InodeId file, long first, long end, @Nullable Extent replacement) {
    sight.use(file);
    sight.own.content(file, n -> n.replace(first, end, replacement));
    Set<Long> replaced = sight.own.replaced.computeIfAbsent(file, f -> new HashSet<>());
    for (long block = first; block < end; block++) {
      replaced.add(block);
    }
  }

  static Outcome punch(Sight sight, Operation.Punch op) {
    if (op.first() < 0 || op.count() < 1) {
      throw new Refused(FsStatus.EINVAL, "no range");
    }
    Node file = sight.fileToWrite(op.where());
    makeHole(sight, file, op.first(), Math.min(op.first() + op.count(), blocksIn(file.size)));
    sight.use(file.id);
    sight.own.touchContent(file.id, sight.now);
    return new Outcome.Done();
  }

  /// Which blocks are given is the engine's choice; [BlockLedger] looks at it.
  static Outcome allocate(Sight sight, Operation.Allocate op) {
    if (!sight.explicit || op.count() < 1) {
      throw new Refused(FsStatus.EINVAL, "not here");
    }
    Node file = sight.fileToWrite(op.where());
    int replication = op.replication() == 0 ? file.replication : op.replication();
    if (replication > World.DATANODES) {
      throw new Refused(FsStatus.ENONODE, "datanodes");
    }
    if (!(sight.answered instanceof Outcome.Allocation(List<GrantedExtent> extents))) {
      return new Outcome.Allocation(List.of());
    }
    long index = op.index();
    for (GrantedExtent granted : extents) {
      Extent run = granted.extent();
      if (run.index() != index
          || run.replicas().size() != replication
          || granted.tickets().size() != replication
          || run.replicas().stream().map(Replica::datanode).distinct().count() != replication) {
        throw new AssertionError(op + " was given " + extents);
      }
      index = run.end();
      if (sight.own.reserved.put(run.generation(), run) != null) {
        throw new AssertionError("generation " + run.generation() + " was given twice");
      }
    }
    if (index != op.index() + op.count()) {
      throw new AssertionError(op + " was given " + extents);
    }
    return sight.answered;
  }

  static Outcome giveBack(Sight sight, Operation.GiveBack op) {
    if (!sight.own.reserved.containsKey(op.generation())
        || !sight.own.attached.getOrDefault(op.generation(), Set.of()).isEmpty()) {
      throw new Refused(FsStatus.EINVAL, "not reserved");
    }
    sight.own.reserved.remove(op.generation());
    return new Outcome.Done();
  }

  static Outcome attach(Sight sight, Operation.Attach op) {
    Node file = sight.fileToWrite(op.where());
    Extent run = op.extent();
    if (run.checksums().count() != run.count()) {
      throw new Refused(FsStatus.EINVAL, "checksums");
    }
    long size = Math.max(file.size, op.minimumSize());
    if (run.end() > blocksIn(size)) {
      throw new Refused(FsStatus.EINVAL, "beyond the end");
    }
    takeReserved(sight, run);
    long replaced = file.blocks(run.index(), run.end()).size();
    Bytes inline = file.keeps(run.index(), run.end()) ? Bytes.EMPTY : file.inline;
    replace(sight, file.id, run.index(), run.end(), run);
    keep(sight, file, file.inlineIndex, inline, file.blocks - replaced + run.count());
    sight.own.content(file.id, n -> n.size = size);
    sight.own.touchContent(file.id, sight.now);
    return new Outcome.Done();
  }

  /// Each reserved block becomes content once.
  private static void takeReserved(Sight sight, Extent run) {
    Extent reserved = sight.own.reserved.get(run.generation());
    if (reserved == null) {
      throw new Refused(FsStatus.EINVAL, "not reserved");
    }
    Replica first = run.replicas().get(0);
    long offset = -1;
    for (Replica replica : reserved.replicas()) {
      if (replica.datanode().equals(first.datanode())) {
        offset = first.firstBlock() - replica.firstBlock();
      }
    }
    if (offset < 0 || offset + run.count() > reserved.count()) {
      throw new Refused(FsStatus.EINVAL, "not reserved");
    }
    Set<Long> attached = sight.own.attached.computeIfAbsent(run.generation(), g -> new HashSet<>());
    for (long b = offset; b < offset + run.count(); b++) {
      if (attached.contains(b)) {
        throw new Refused(FsStatus.EINVAL, "attached before");
      }
    }
    for (long b = offset; b < offset + run.count(); b++) {
      attached.add(b);
    }
  }

  static Outcome read(Sight sight, Operation.Read op) {
    Node file = sight.file(op.where(), op.follow());
    Outcome.Body body;
    if (file.content == ContentKind.INLINE) {
      body = new Outcome.Body.Inline(file.inline);
    } else {
      long end = op.first() + op.count();
      List<GrantedExtent> runs =
          file.runs.values().stream()
              .filter(run -> run.index() < end && run.end() > op.first())
              .map(run -> run.slice(Math.max(run.index(), op.first()), Math.min(run.end(), end)))
              .map(run -> SmallBlockSpace.granted(run, Ticket.Right.READ, 0))
              .toList();
      Optional<InlineBlock> inline =
          file.inline.length() > 0 && (op.first() == 0 || file.keeps(op.first(), end))
              ? Optional.of(new InlineBlock(file.inlineIndex, file.inline))
              : Optional.empty();
      body = new Outcome.Body.Blocks(runs, end, inline);
    }
    if (sight.explicit && file.content.hasBlocks() && !sight.own.isNew(file.id)) {
      sight.use(file.id);
      sight.own.used.add(file.id);
    }
    return new Outcome.Content(file.attributes(), body);
  }
}
