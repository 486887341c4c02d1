package io.plasmafs.namenode.engine;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.commit.CommitPipeline;
import io.plasmafs.namenode.commit.TokenMemory;
import io.plasmafs.namenode.metadata.MetadataStore;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds out what became of the commit with a token: from the pipeline, from memory, or from the
/// store. Confined to the engine's thread.
final class CommitTokens {
  private final MetadataStore store;
  private final CommitPipeline pipeline;
  private final TokenMemory memory;
  private final Executor engine;

  /// Look-ups in the store that are on their way, each as what to do if it fails.
  private final Set<Lookup> underWay = new LinkedHashSet<>();

  private @Nullable FsException stopped;

  private record Lookup(Consumer<FsException> failed) {
    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /// @param engine runs things on the engine's thread
  CommitTokens(MetadataStore store, CommitPipeline pipeline, TokenMemory memory, Executor engine) {
    this.store = store;
    this.pipeline = pipeline;
    this.memory = memory;
    this.engine = engine;
  }

  /// Whether a commit with the token is being made, or is remembered as done.
  boolean isKnown(CommitToken token) {
    return pipeline.isInProgress(token) || memory.sequenceOf(token).isPresent();
  }

  /// Finds out whether a commit with this token was made or is being made, and then goes on in one
  /// of three ways; at once if the database need not be asked.
  void settle(
      CommitToken token, Consumer<Long> done, Consumer<FsException> failed, Runnable unknown) {
    if (pipeline.isInProgress(token)) {
      pipeline.join(
          token,
          new CommitPipeline.Listener() {
            @Override
            public void committed(long sequence) {
              done.accept(sequence);
            }

            @Override
            public void failed(FsException cause) {
              failed.accept(cause);
            }
          });
      return;
    }
    OptionalLong remembered = memory.sequenceOf(token);
    if (remembered.isPresent()) {
      done.accept(remembered.getAsLong());
      return;
    }
    long applied = memory.applied();
    lookUp(
        token,
        sequence -> {
          if (sequence.isPresent()) {
            done.accept(sequence.get());
          } else if (isKnown(token) || !memory.remembersAllAfter(applied)) {
            // somebody else came with the same token meanwhile, or may have
            settle(token, done, failed, unknown);
          } else {
            unknown.run();
          }
        },
        failure ->
            failed.accept(
                new FsException(
                    FsStatus.EUNAVAIL,
                    "the database cannot tell whether this commit was made before",
                    failure)));
  }

  /// Tells what became of the commit with this token.
  void outcomeOf(CommitToken token, Consumer<CommitState> reply) {
    CommitState inProgress = new CommitState(CommitState.Stage.IN_PROGRESS, 0);
    if (pipeline.isInProgress(token)) {
      reply.accept(inProgress);
      return;
    }
    OptionalLong remembered = memory.sequenceOf(token);
    if (remembered.isPresent()) {
      reply.accept(new CommitState(CommitState.Stage.DONE, remembered.getAsLong()));
      return;
    }
    lookUp(
        token,
        sequence ->
            reply.accept(
                sequence.isPresent()
                    ? new CommitState(CommitState.Stage.DONE, sequence.get())
                    : new CommitState(CommitState.Stage.UNKNOWN, 0)),
        // not known whether it was made: as good as being made
        failure -> reply.accept(inProgress));
  }

  private void lookUp(
      CommitToken token, Consumer<Optional<Long>> answered, Consumer<FsException> failed) {
    if (stopped != null) {
      failed.accept(stopped);
      return;
    }
    CompletableFuture<Optional<Long>> asked = store.commitOf(token);
    if (asked.state() == Future.State.SUCCESS) {
      answered.accept(asked.resultNow());
      return;
    }
    Lookup lookup = new Lookup(failed);
    underWay.add(lookup);
    var unused =
        asked.whenComplete((sequence, failure) ->
            engine.execute(() -> {
              if (!underWay.remove(lookup)) {
                return;
              }
              if (failure != null) {
                failed.accept(
                    new FsException(FsStatus.EUNAVAIL, "the database cannot be reached", failure));
              } else {
                answered.accept(sequence);
              }
            }));
  }

  /// Fails what is being looked up, and what will be.
  void shutDown(FsException cause) {
    stopped = cause;
    List<Lookup> given = List.copyOf(underWay);
    underWay.clear();
    given.forEach(lookup -> lookup.failed().accept(cause));
  }
}
