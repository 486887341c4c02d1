package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Holds every answer of one engine against the model.
///
/// An answer that comes at once shows the state that is published at that moment, under the
/// transaction's own effects. A compound that commits ran some time before it is answered: then one
/// of the readings of the clock since it was sent must explain its outcomes, and also, exactly,
/// what its commit changed of the state before it.
final class Judge {
  private static final Set<FsStatus> OF_FAULTS =
      EnumSet.of(
          FsStatus.EUNAVAIL,
          FsStatus.EFAILEDCOMMIT,
          FsStatus.EUNKNOWN,
          FsStatus.EFAILED,
          FsStatus.ECOORD);

  private final World world;
  private final Published published;
  private final Timeline timeline;
  private final Model model;
  private final Replay replay;
  private final Conditions conditions;

  /// What else may be answered in this history.
  private final Set<FsStatus> tolerated;

  private final LockLedger locks = new LockLedger();
  private final Set<Request> waiting = new HashSet<>();
  private final Map<CommitToken, List<Request>> committing = new HashMap<>();
  private final Set<Owner> open = new HashSet<>();
  private final Refusals refusals;
  private long spaceRefusals;

  /// What is special about a history.
  ///
  /// @param faulty whether the store fails
  /// @param limited whether limits are so low that they are met
  /// @param large whether the cache is small
  /// @param idleNanos after which a transaction may be aborted
  record Conditions(boolean faulty, boolean limited, boolean large, long idleNanos) {}

  Judge(World world, Published published, Timeline timeline, Model model, Conditions conditions) {
    this.world = world;
    this.published = published;
    this.timeline = timeline;
    this.model = model;
    this.replay = new Replay(world.disk, published, timeline, model);
    this.refusals = new Refusals(published, timeline);
    this.conditions = conditions;
    this.tolerated = EnumSet.noneOf(FsStatus.class);
    if (conditions.faulty()) {
      tolerated.addAll(OF_FAULTS);
    }
    // a compound may need more than a small cache can hold
    if (conditions.limited() || conditions.large()) {
      tolerated.add(FsStatus.ELIMIT);
    }
  }

  Conditions conditions() {
    return conditions;
  }

  void sent(Request request) {
    waiting.add(request);
    if (request.begins()) {
      open.add(request.owner);
    }
    request
        .token()
        .ifPresent(
            token -> committing.computeIfAbsent(token, t -> new ArrayList<>(1)).add(request));
  }

  void appending(CommitBatch batch) {
    locks.newBatch(timeline.now());
    for (ChangeSet set : batch.commits()) {
      for (Change change : set.changes()) {
        if (change instanceof Change.DeleteInode(InodeId inode)) {
          locks.doomed(inode, set.user(), timeline.now());
        }
      }
    }
  }

  /// Takes notice of what was published since.
  void advance() {
    while (published.last() < world.engine.sequence()) {
      State before = published.latest();
      ChangeSet set = published.advance();
      List<Request> requests =
          set.token().map(token -> committing.getOrDefault(token, List.of())).orElse(List.of());
      for (Request request : requests) {
        request.sequence = set.sequence();
        if (request.answer != null && request.answeredUnknown) {
          explainCommit(request, request.answer);
          request.owner.ended(timeline.now());
        }
      }
      if (requests.isEmpty() && set.user().equals("root") && set.sequence() > 1) {
        Published.checkCleaning(before, published.latest(), set);
      }
      for (Change change : set.changes()) {
        if (change instanceof Change.DeleteInode(InodeId inode)) {
          for (Owner owner : open) {
            require(
                !isSurelyOpen(owner)
                    || requests.stream().anyMatch(request -> request.owner == owner)
                    || !owner.overlay.used.contains(inode),
                () -> inode + " was deleted while " + owner.user + " used it");
          }
        }
      }
    }
  }

  /// A request that was sent too late keeps no transaction open, although nobody has been told yet
  /// that it was aborted.
  private boolean isSurelyOpen(Owner owner) {
    return owner.isSurelyOpen()
        && (owner.mayRest(timeline.nanos)
            || waiting.stream().anyMatch(r -> r.owner == owner && r.inTime));
  }

  // ---- answers

  void answered(Request request, Answer answer) {
    if (!waiting.remove(request)) {
      throw new AssertionError("answered twice: " + request);
    }
    advance();
    request.answer = answer;
    for (Owner owner : open) {
      if (!isSurelyOpen(owner)) {
        owner.rests();
      }
    }
    if (answer.failure().isPresent()) {
      failed(request, answer, answer.failure().get());
    } else {
      succeeded(request, answer);
    }
    if (reachedItsTransaction(request, answer)) {
      request.owner.answered(timeline.now(), timeline.nanos);
    }
    spaceRefusals = world.blocks.refusals();
  }

  /// What is refused before it is looked at leaves a transaction resting.
  private static boolean reachedItsTransaction(Request request, Answer answer) {
    return !request.owner.explicit
        || answer.failure().map(failure -> failure.operation() >= 0).orElse(true);
  }

  private void succeeded(Request request, Answer answer) {
    Owner owner = request.owner;
    if (!request.commits()) {
      Replay.Run run = runNow(request, answer, null);
      keep(request, run, answer);
      if (request.aborts()) {
        ended(owner);
      }
      return;
    }
    long sequence = committedAs(request, answer);
    if (isRepetition(request, answer, sequence)) {
      ended(owner);
      return;
    }
    require(
        sequence == request.sequence || request.token().isEmpty(),
        () -> "commit " + request.sequence + " was answered as " + sequence + ": " + request);
    request.sequence = sequence;
    ended(owner);
    explainCommit(request, answer);
  }

  private static long committedAs(Request request, Answer answer) {
    if (request.commitIndex() < 0) {
      return answer.sequence();
    }
    return ((Outcome.Committed) answer.outcomes().get(request.commitIndex())).sequence();
  }

  /// Whether the effect is that of another commit with the same token.
  private boolean isRepetition(Request request, Answer answer, long sequence) {
    if (sequence == 0 || request.token().isEmpty()) {
      return false;
    }
    require(
        world.disk.commit(sequence).token().equals(request.token()),
        () -> "answered with another's commit: " + request);
    return request.commitIndex() < 0 && answer.outcomes().size() < request.toRun();
  }

  private void failed(Request request, Answer answer, Answer.Failure failure) {
    FsException cause = failure.cause();
    FsStatus status = cause.status();
    Owner owner = request.owner;
    int index = failure.operation();
    boolean ofCommit =
        request.commits()
            && index == request.commitIndex()
            && (answer.outcomes().size() == request.toRun());
    if (!owner.explicit && request.token().isPresent() && isRepeated(request)) {
      // how it ended may be how the other one did, which is looked at on its own
      locks.excuse(owner.user, request.sentAt, Integer.MAX_VALUE);
      ended(owner);
    } else if (index == -1 && !ofCommit) {
      refusedAtOnce(request, status);
    } else if (ofCommit) {
      commitFailed(request, answer, cause);
    } else if (index == 0 && request.begins()) {
      require(
          status == FsStatus.ELIMIT && conditions.limited(), () -> "could not begin: " + request);
      ended(owner);
    } else {
      operationFailed(request, answer, cause);
    }
  }

  private void ended(Owner owner) {
    owner.ended(timeline.now());
    open.remove(owner);
  }

  /// Nothing of the compound was run; or it was under way and given up, since its connection or the
  /// engine is closed, and may have held locks until then.
  private void refusedAtOnce(Request request, FsStatus status) {
    Owner owner = request.owner;
    if (status != FsStatus.ETBUSY) {
      locks.excuse(owner.user, request.sentAt, timeline.now());
    }
    switch (status) {
      case ETBUSY ->
          require(
              waiting.stream().anyMatch(r -> r.owner == owner),
              () -> "nothing else was on its way: " + request);
      case ENOTRANS, ELONGTRANS -> {
        require(!isOpenWithoutRest(request), () -> "its transaction is open: " + request);
        ended(owner);
      }
      default ->
          require(
              tolerated.contains(status) || status == FsStatus.ECOORD,
              () -> "no reason to refuse " + request);
    }
    if (!owner.explicit || request.begins()) {
      ended(owner);
    }
  }

  private boolean isOpenWithoutRest(Request request) {
    Owner owner = request.owner;
    return owner.explicit
        && owner.isSurelyOpen()
        && !request.begins()
        && !request.overlapping
        && request.inTime;
  }

  private void operationFailed(Request request, Answer answer, FsException cause) {
    FsStatus status = cause.status();
    boolean undone =
        status == FsStatus.EUNAVAIL || (status == FsStatus.ECOORD && tolerated.contains(status));
    if (undone) {
      require(conditions.faulty(), () -> "the store did not fail: " + request);
    } else {
      Replay.Run run = runNow(request, answer, cause);
      if (request.owner.explicit) {
        keep(request, run, answer);
      }
    }
    if (request.operations().stream().anyMatch(o -> o instanceof Operation.RemoveTree)) {
      locks.excuse(request.owner.user, request.sentAt, timeline.now());
    }
    if (!request.owner.explicit || status == FsStatus.ECOORD) {
      ended(request.owner);
    }
  }

  private void commitFailed(Request request, Answer answer, FsException cause) {
    Owner owner = request.owner;
    FsStatus status = cause.status();
    locks.excuse(
        owner.user,
        request.sentAt,
        status == FsStatus.EUNKNOWN ? Integer.MAX_VALUE : timeline.now());
    if (status == FsStatus.EUNKNOWN) {
      request.answeredUnknown = true;
      owner.perhapsEnded(timeline.now());
      open.remove(owner);
    } else {
      require(
          request.sequence == 0 || isRepeated(request),
          () -> "it was committed and failed: " + request);
      ended(owner);
    }
    boolean conditional =
        !owner.overlay.preconditions.isEmpty()
            || request.operations().stream().anyMatch(o -> o instanceof Operation.Require);
    if (status == FsStatus.ECONFLICT && conditional) {
      Replay.Run run = replay.anyRun(request, answer);
      refusals.add(request, run.overlay(), cause.conflicts().size());
      return;
    }
    require(
        tolerated.contains(status) || (conditional && status == FsStatus.ELOOP),
        () -> "no reason for the commit to fail: " + request);
  }

  private boolean isRepeated(Request request) {
    return committing.getOrDefault(request.token().orElseThrow(), List.of()).size() > 1;
  }

  // ---- running compounds in the model

  private Replay.Run runNow(Request request, Answer answer, @Nullable FsException failure) {
    Replay.Run run = replay.run(request, answer, timeline.last());
    Supplier<String> mismatch = run.mismatch();
    if (mismatch == null && failure != null) {
      Sight trial = replay.sight(request, run.overlay().copy(), timeline.last());
      trial.results.addAll(run.results());
      Operation failed = request.operations().get(Replay.done(request, answer));
      mismatch = checkFailure(trial, failed, failure, timeline.last());
    }
    if (mismatch != null) {
      throw new AssertionError(mismatch.get() + " by " + request);
    }
    return run;
  }

  /// The transaction goes on with these effects.
  private void keep(Request request, Replay.Run run, Answer answer) {
    Owner owner = request.owner;
    if (!owner.explicit) {
      ended(owner);
      return;
    }
    owner.overlay = run.overlay();
    locks.hold(owner, run.locks(), timeline.now(), request.sentAt);
    for (Outcome outcome : answer.outcomes()) {
      if (outcome instanceof Outcome.Allocation(List<GrantedExtent> extents)) {
        extents.forEach(granted -> checkGivenOut(owner, granted.extent()));
      } else if (outcome
          instanceof
          Outcome.Content(
              var attributes,
              Outcome.Body.Blocks(var extents, long next, var inline))) {
        extents.forEach(g -> SmallBlockSpace.forEach(g.extent(), owner.told::add));
        if (owner.isSurelyOpen() && !request.aborts()) {
          extents.forEach(g -> checkPinned(owner, g.extent()));
        }
      }
    }
  }

  /// What a transaction was told of stays what it is until that ends (P4).
  private void checkPinned(Owner owner, Extent run) {
    SmallBlockSpace.forEach(
        run,
        block ->
            require(
                world.blocks.isPinned(block),
                () -> block + " was named to " + owner.user + " and is not pinned"));
  }

  /// Blocks that are given out are content of no file, and known to no open transaction (P4).
  private void checkGivenOut(Owner owner, Extent run) {
    Set<SmallBlockSpace.Block> used = published.latest().usedBlocks();
    SmallBlockSpace.forEach(
        run,
        block -> {
          require(
              !used.contains(block), () -> block + " is content and was given to " + owner.user);
          for (Owner other : open) {
            require(
                !other.told.contains(block) || !isSurelyOpen(other),
                () -> block + " was given to " + owner.user + ", and is known to " + other.user);
          }
          owner.told.add(block);
        });
  }

  private @Nullable Supplier<String> checkFailure(
      Sight sight, Operation operation, FsException failure, Timeline.Reading reading) {
    FsStatus expected = FsStatus.OK;
    try {
      model.run(sight, operation, null);
    } catch (Refused e) {
      expected = e.status;
    }
    if (failure.status() == FsStatus.ECONFLICT) {
      if (failure.conflicts().size() != 1) {
        return () -> operation + " met " + failure.conflicts();
      }
      Conflict conflict = failure.conflicts().get(0);
      if (expected == FsStatus.ECONFLICT && conflict.kind() == Conflict.Kind.CONTENT_VERSION) {
        return null;
      }
      Node node = sight.state.node(conflict.inode());
      boolean cleanable =
          node == null
              || node.nlink == 0
              || (node.isDirectory() && sight.state.isDetached(node.id));
      locks.claim(reading.ordinal(), conflict, sight.locks, cleanable);
      return null;
    }
    boolean noSpace =
        operation instanceof Operation.Allocate
            && failure.status() == FsStatus.ENOSPC
            && world.blocks.refusals() > spaceRefusals;
    FsStatus right = expected;
    return failure.status() == expected || noSpace || tolerated.contains(failure.status())
        ? null
        : () -> operation + " failed with " + failure.status() + ", expected " + right;
  }

  // ---- commits

  /// Finds the moment at which the compound ran.
  private void explainCommit(Request request, Answer answer) {
    long sequence = request.sequence;
    Set<Instant> times = sequence == 0 ? Set.of() : Replay.times(world.disk.commit(sequence));
    List<Timeline.Reading> likely = new ArrayList<>();
    List<Timeline.Reading> others = new ArrayList<>();
    for (Timeline.Reading reading : timeline.since(request.sentAt)) {
      if (sequence == 0 || reading.sequence() < sequence) {
        (times.contains(reading.instant()) ? likely : others).add(reading);
      }
    }
    Supplier<String> mismatch = () -> "it was not run";
    boolean first = true;
    for (List<Timeline.Reading> readings : List.of(likely, others)) {
      for (Timeline.Reading reading : readings) {
        Replay.Run run = replay.run(request, answer, reading);
        Supplier<String> reason =
            run.mismatch() == null ? replay.unexplained(request, run.overlay()) : run.mismatch();
        if (reason == null) {
          ran(request, run, reading);
          return;
        }
        mismatch = first ? reason : mismatch;
        first = false;
      }
    }
    throw new AssertionError(
        "commit " + sequence + " cannot be explained: " + mismatch.get() + " by " + request);
  }

  private void ran(Request request, Replay.Run run, Timeline.Reading reading) {
    if (request.sequence > 0) {
      locks.hold(request.owner, run.locks(), reading.ordinal(), request.sentAt);
    } else {
      locks.excuse(request.owner.user, request.sentAt, timeline.now());
    }
  }

  // ---- ends

  /// The connection of a transaction is about to be closed, between two other events.
  void closing(Owner owner) {
    owner.closes(timeline.now());
  }

  /// The connection of a transaction is closed.
  void closed(Owner owner) {
    owner.surelyUntil = Math.min(owner.surelyUntil, timeline.now());
    if (waiting.stream().noneMatch(r -> r.owner == owner)) {
      ended(owner);
    }
  }

  boolean isQuiet() {
    return waiting.isEmpty();
  }

  Set<Request> waiting() {
    return waiting;
  }

  /// The engine has crashed, or is done. What was not answered may have held anything.
  void close() {
    for (Request request : waiting) {
      locks.excuse(request.owner.user, request.sentAt, Integer.MAX_VALUE);
    }
    locks.verifyClaims();
    if (!conditions.faulty()) {
      refusals.verify();
    }
  }

  private static void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }
}
