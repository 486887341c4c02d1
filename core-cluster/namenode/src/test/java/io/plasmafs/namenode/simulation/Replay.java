package io.plasmafs.namenode.simulation;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs compounds in the model, at any moment that there was.
final class Replay {
  private final Disk disk;
  private final Published published;
  private final Timeline timeline;
  private final Model model;

  /// What running a compound in the model came to.
  ///
  /// @param overlay its effects
  /// @param locks that it took
  /// @param results of its operations
  /// @param mismatch what was answered otherwise than the model does; null if nothing was
  record Run(
      Overlay overlay,
      List<LockKey> locks,
      List<InodeId> results,
      @Nullable Supplier<String> mismatch) {}

  Replay(Disk disk, Published published, Timeline timeline, Model model) {
    this.disk = disk;
    this.published = published;
    this.timeline = timeline;
    this.model = model;
  }

  /// Runs in the model what of a compound was answered, as if it had been run at this moment.
  Run run(Request request, Answer answer, Timeline.Reading reading) {
    Owner owner = request.owner;
    Overlay overlay = owner.overlay.copy();
    Sight sight = sight(request, overlay, reading);
    List<LockKey> taken = new ArrayList<>();
    int done = done(request, answer);
    Supplier<String> mismatch = null;
    for (int i = 0; i < done && mismatch == null; i++) {
      Operation operation = request.operations().get(i);
      Outcome outcome = answer.outcomes().get(i);
      if ((operation instanceof Operation.Begin && i == 0)
          || (operation instanceof Operation.Abort && i == request.operations().size() - 1)) {
        sight.results.add(InodeId.NONE);
        continue;
      }
      try {
        Outcome expected = model.run(sight, operation, outcome);
        taken.addAll(sight.locks);
        if (!Model.same(expected, outcome)) {
          mismatch = () -> operation + " came to " + outcome + ", expected " + expected;
        }
      } catch (Refused e) {
        mismatch = () -> operation + " came to " + outcome + ", expected " + e.status;
      }
    }
    return new Run(overlay, taken, sight.results, mismatch);
  }

  /// How many operations of the compound were done.
  static int done(Request request, Answer answer) {
    return Math.min(answer.outcomes().size(), request.toRun());
  }

  /// What the compound looked at.
  Sight sight(Request request, Overlay overlay, Timeline.Reading reading) {
    return new Sight(
        published.at(reading.sequence()),
        overlay,
        reading.instant(),
        request.owner.explicit,
        request.owner.user);
  }

  /// Runs it at some moment at which its outcomes were true.
  Run anyRun(Request request, Answer answer) {
    for (Timeline.Reading reading : timeline.since(request.sentAt)) {
      Run run = run(request, answer, reading);
      if (run.mismatch() == null) {
        return run;
      }
    }
    throw new AssertionError("its outcomes were never true: " + request);
  }

  /// When a commit says that it was made: times of the inodes that it changed.
  static Set<Instant> times(ChangeSet set) {
    Set<Instant> times = new HashSet<>();
    for (Change change : set.changes()) {
      if (change instanceof Change.PutInode(InodeRecord inode)) {
        times.add(inode.ctime());
        times.add(inode.mtime());
      }
    }
    return times;
  }

  /// Why a commit is not that of these effects; null if it is.
  @Nullable Supplier<String> unexplained(Request request, Overlay overlay) {
    long sequence = request.sequence;
    if (sequence == 0) {
      return overlay.isEmpty() ? null : () -> "changes were not committed";
    }
    State before = published.at(sequence - 1);
    State after = published.at(sequence);
    for (Operation.Require precondition : overlay.preconditions) {
      if (!AttributesModel.holds(before, precondition)) {
        return () -> precondition + " did not hold";
      }
    }
    Map<InodeId, @Nullable Node> expected = overlay.committed(before, sequence);
    for (Change change : disk.commit(sequence).changes()) {
      if (!expected.containsKey(change.of())) {
        return () -> change + " was not expected";
      }
    }
    for (Map.Entry<InodeId, @Nullable Node> entry : expected.entrySet()) {
      Node should = entry.getValue();
      Node is = after.node(entry.getKey());
      if (is == null) {
        boolean mayBeGone =
            should == null || (should.nlink == 0 && should.entries.isEmpty() && should.blocks == 0);
        if (!mayBeGone) {
          return () -> should + " is missing";
        }
      } else if (should == null) {
        return () -> is + " should not be there";
      } else {
        String difference = is.difference(should);
        if (!difference.isEmpty()) {
          return () -> difference;
        }
      }
    }
    return null;
  }
}
