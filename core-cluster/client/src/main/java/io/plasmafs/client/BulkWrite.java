package io.plasmafs.client;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Creates many files in few calls. Files go in groups: one call creates all files of a group,
/// stores the small ones, and reserves blocks for the others; these are sent to the datanodes side
/// by side; one more call makes them part of their files. The first call of the next group is on
/// its way meanwhile.
final class BulkWrite {
  private static final int GROUP_FILES = 1000;
  private static final long GROUP_BYTES = 8L << 20;

  private record Group(
      List<NewFile> files,
      List<Integer> openings,
      Set<Integer> inBlocks,
      CompletableFuture<Answer> created) {}

  private BulkWrite() {}

  static List<InodeId> write(Transaction transaction, List<NewFile> files) {
    List<InodeId> inodes = new ArrayList<>(files.size());
    Group waiting = null;
    int next = 0;
    while (next < files.size()) {
      int end = next;
      long bytes = 0;
      while (end < files.size() && end - next < GROUP_FILES && bytes < GROUP_BYTES) {
        bytes += files.get(end).content().remaining();
        end++;
      }
      Group group = begin(transaction, files.subList(next, end));
      if (waiting != null) {
        complete(transaction, waiting, inodes);
      }
      waiting = group;
      next = end;
    }
    if (waiting != null) {
      complete(transaction, waiting, inodes);
    }
    return inodes;
  }

  private static Group begin(Transaction transaction, List<NewFile> files) {
    PlasmaClient client = transaction.client();
    List<Operation> operations = new ArrayList<>(3 * files.size());
    List<Integer> openings = new ArrayList<>(files.size());
    Set<Integer> inBlocks = new HashSet<>();
    for (NewFile file : files) {
      if (!FileEdits.startsEmpty(file.options().how())) {
        throw new FsException(
            FsStatus.EINVAL, file.where() + ": only whole files can be written in bulk");
      }
      int opening = operations.size();
      Location created = Location.ofResult(opening);
      openings.add(opening);
      operations.add(FileEdits.opening(file.where(), file.options()));
      int length = file.content().remaining();
      if (!transaction.mayBeInline(length)) {
        inBlocks.add(opening);
        long blocks =
            ((long) length + client.cluster().blockSize() - 1) / client.cluster().blockSize();
        operations.add(
            new Operation.Allocate(
                created,
                0,
                (int) Math.min(blocks, Extent.MAX_BLOCKS),
                0,
                client.datanodePool().preferred(file.options().host()),
                Set.of()));
        continue;
      }
      if (length > 0) {
        operations.add(new Operation.WriteInline(created, FileEdits.bytes(file.content())));
      }
      if (!file.attributes().equals(AttributeChanges.NONE)) {
        operations.add(new Operation.SetAttributes(created, false, file.attributes()));
      }
    }
    return new Group(files, openings, inBlocks, transaction.submit(operations));
  }

  /// Waits for the first call of a group, and stores what goes into blocks. Where space is short
  /// the call stops at a file; that one is written with patience, the rest are begun anew.
  private static void complete(Transaction transaction, Group group, List<InodeId> inodes) {
    Group left = group;
    int done = store(transaction, left, inodes);
    while (done < left.files().size()) {
      left = begin(transaction, left.files().subList(done, left.files().size()));
      done = store(transaction, left, inodes);
    }
  }

  /// Stores the files that the first call has created.
  ///
  /// @return how many of the group these are: all, or fewer if there was no space for the last
  private static int store(Transaction transaction, Group group, List<InodeId> inodes) {
    Answer answer = Waiting.on(group.created());
    int created = created(group, answer);
    List<FileWriter> writers = new ArrayList<>();
    List<NewFile> written = new ArrayList<>();
    List<InodeId> writtenInodes = new ArrayList<>();
    try {
      for (int i = 0; i < created; i++) {
        NewFile file = group.files().get(i);
        int opening = group.openings().get(i);
        InodeId inode =
            Outcomes.expect(Outcome.Inode.class, answer.outcomes().get(opening))
                .attributes()
                .inode();
        inodes.add(inode);
        int length = file.content().remaining();
        if (group.inBlocks().contains(opening)) {
          FileWriter writer = new FileWriter(transaction, inode, 0, length, file.options());
          writers.add(writer);
          written.add(file);
          writtenInodes.add(inode);
          if (opening + 1 < answer.outcomes().size()) {
            writer.adopt(
                Outcomes.expect(Outcome.Allocation.class, answer.outcomes().get(opening + 1))
                    .extents());
          }
          writer.sendAll(file.content());
        }
      }
      List<Operation> operations = new ArrayList<>();
      for (int i = 0; i < writers.size(); i++) {
        operations.addAll(writers.get(i).finish(false));
        AttributeChanges attributes = written.get(i).attributes();
        if (!attributes.equals(AttributeChanges.NONE)) {
          operations.add(
              new Operation.SetAttributes(Location.of(writtenInodes.get(i)), false, attributes));
        }
      }
      if (!operations.isEmpty()) {
        transaction.execute(operations);
      }
    } catch (RuntimeException e) {
      writers.forEach(FileWriter::abort);
      throw e;
    }
    return created;
  }

  /// How many files of the group exist.
  ///
  /// @throws FsException if the call was stopped by anything but the want of blocks for a file
  private static int created(Group group, Answer answer) {
    if (answer.failure().isEmpty()) {
      return group.files().size();
    }
    FsException cause = answer.failure().get().cause();
    int outcomes = answer.outcomes().size();
    boolean lastLacksBlocks = group.inBlocks().contains(outcomes - 1);
    if (!SpacePatience.mayPass(cause) || !lastLacksBlocks) {
      throw cause;
    }
    return (int) group.openings().stream().filter(opening -> opening < outcomes).count();
  }
}
