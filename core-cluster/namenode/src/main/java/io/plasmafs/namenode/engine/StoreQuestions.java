package io.plasmafs.namenode.engine;

import io.plasmafs.model.Name;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.commit.CommitPipeline;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.transaction.InodeNumbers;
import io.plasmafs.namenode.transaction.Needs;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings what operations found missing from the store into memory: rows into the cache, and
/// numbers for new inodes. Confined to the engine's thread.
final class StoreQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(StoreQuestions.class);

  /// Numbers of inodes that are reserved together.
  static final long NUMBERS_AT_A_TIME = 16_384;

  private final MetadataStore store;
  private final MetadataCache cache;
  private final Needs needs;
  private final CommitPipeline pipeline;
  private final Executor engine;
  private final BooleanSupplier serving;
  private final InodeNumbers numbers = new InodeNumbers();
  private final Fetches fetches = new Fetches();
  private final List<Fetches.Waiter> waitingForNumbers = new ArrayList<>();

  /// Answers that may be ahead of what is published, in the order in which they came.
  private final List<Runnable> setAside = new ArrayList<>();

  private boolean reservingNumbers;

  /// What the cache need not hold; may be ahead of what is published.
  private long released;

  /// @param engine runs something on the engine's thread
  /// @param serving whether anybody is interested in answers
  StoreQuestions(
      MetadataStore store,
      MetadataCache cache,
      Needs needs,
      CommitPipeline pipeline,
      Executor engine,
      BooleanSupplier serving) {
    this.store = store;
    this.cache = cache;
    this.needs = needs;
    this.pipeline = pipeline;
    this.engine = engine;
    this.serving = serving;
  }

  InodeNumbers numbers() {
    return numbers;
  }

  /// Asks the store for all that was found missing, and goes on when it is here.
  void ask(Runnable there, Runnable failed) {
    Fetches.Waiter waiter = new Fetches.Waiter(there, failed);
    List<Fetch<?>> questions = List.copyOf(needs.questions());
    boolean wantsNumbers = needs.inodeNumbers();
    needs.clear();
    if (!serving.getAsBoolean()) {
      failed.run();
      return;
    }
    if (wantsNumbers) {
      if (questions.isEmpty()) {
        waitingForNumbers.add(waiter);
      }
      if (!reservingNumbers) {
        reserveNumbers();
      }
    }
    for (Fetch<?> question : questions) {
      if (fetches.await(question, waiter)) {
        ask(question);
      }
    }
  }

  private <T> void ask(Fetch<T> question) {
    store
        .fetch(question)
        .whenComplete((answer, failure) ->
            engine.execute(() -> {
              if (!serving.getAsBoolean()) {
                return;
              }
              if (failure != null) {
                LOG.warn("{} was not answered: {}", question, failure.getMessage());
                fetches.answered(question, true);
              } else if (mayBeAhead(question, answer)) {
                setAside.add(() -> learn(question, answer));
              } else {
                learn(question, answer);
              }
            }));
  }

  private <T> void learn(Fetch<T> question, T answer) {
    cache.learn(question, answer);
    fetches.answered(question, false);
  }

  /// Whether an answer may show a commit of the batch that is being written: the tables can have it
  /// before the news that it is durable is here. To learn such an answer would publish a part of
  /// that commit, so it waits until the whole batch is published or given up.
  private <T> boolean mayBeAhead(Fetch<T> question, T answer) {
    if (pipeline.isBetweenBatches()) {
      return false;
    }
    return switch ((Fetch<?>) question) {
      case Fetch.OfInode q -> pipeline.isTouching(q.inode());
      case Fetch.OfEntry q -> pipeline.isTouching(q.directory());
      case Fetch.OfExtents q -> pipeline.isTouching(q.inode());
      case Fetch.OfInline q -> pipeline.isTouching(q.inode());
      case Fetch.OfXattrs q -> pipeline.isTouching(q.inode());
      case Fetch.OfOrphans q -> false;
      case Fetch.OfEntries q ->
          pipeline.isTouching(q.directory())
              || ((List<?>) answer)
                  .stream()
                      .anyMatch(entry ->
                          entry instanceof Fetch.Entry(Name name, InodeRecord inode)
                              && pipeline.isTouching(inode.id()));
    };
  }

  /// Learns what was set aside while the batch was being written.
  void learnSetAside() {
    if (!setAside.isEmpty() && pipeline.isBetweenBatches()) {
      List<Runnable> now = List.copyOf(setAside);
      setAside.clear();
      now.forEach(Turns::run);
    }
  }

  /// Reserves the next numbers in time.
  void keepNumbers() {
    if (!reservingNumbers && numbers.left() < NUMBERS_AT_A_TIME / 2) {
      reserveNumbers();
    }
  }

  private void reserveNumbers() {
    reservingNumbers = true;
    store
        .reserve(MetadataStore.Counter.INODE, NUMBERS_AT_A_TIME)
        .whenComplete((first, failure) ->
            engine.execute(() -> {
              reservingNumbers = false;
              if (failure == null) {
                numbers.add(first, NUMBERS_AT_A_TIME);
              }
              resumeWaiting(failure != null);
            }));
  }

  private void resumeWaiting(boolean failed) {
    List<Fetches.Waiter> waiting = List.copyOf(waitingForNumbers);
    waitingForNumbers.clear();
    waiting.forEach(waiter -> waiter.resume(failed));
  }

  /// The tables have all commits up to this one.
  void applied(long sequence) {
    fetches.applied(sequence);
  }

  /// Lets the cache forget what the tables have, and makes it fit.
  void fitCache() {
    Long news = fetches.releasable();
    if (news != null) {
      released = news;
    }
    cache.release(released);
    cache.evict();
  }

  /// All who wait are told that nothing comes any more.
  void abandon() {
    setAside.clear();
    fetches.abandon();
    resumeWaiting(true);
  }
}
