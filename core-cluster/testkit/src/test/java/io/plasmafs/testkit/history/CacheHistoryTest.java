package io.plasmafs.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.client.cache.CacheStatistics;
import io.plasmafs.testkit.TestCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Random histories of several clients, whose caches are too small for the files, and of many
/// transactions: no read shows a mix of two versions, or a version older than one that the same
/// client has seen or committed. Two of the clients validate all that they use, and must show what
/// is current; one trusts what it knows.
///
/// Tried with caches that were broken on purpose. These were found within some hundred steps:
///
/// | The cache | What was seen |
/// |---|---|
/// | knows slices without the generation of their blocks | mixes of two versions within a file |
/// | takes attributes for current whatever the versions say | sizes of older versions |
/// | trusts what it asked before a commit of its own | the content before that commit |
///
/// And of many threads, of whom channels did not require the content that they build on: parts of
/// an older version in a newer one.
///
/// `-Dplasma.seed=N` repeats a history: step by step the one in which the clients take turns, and
/// of the other what each thread does, though not how the threads meet.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CacheHistoryTest {
  private static final int FILES = 16;
  private static final int STEPS_IN_TURN = 1200;
  private static final int STEPS_AT_ONCE = 120;
  private static final int THREADS_PER_CLIENT = 2;

  /// Heap for some files only, direct memory for less than the slices of all.
  private static final long DIRECT_BYTES = 40 * (64 << 10);

  private static final CacheLimits TINY = new CacheLimits(12 << 10, DIRECT_BYTES);

  /// Who trusts has to know the whole way to a file.
  private static final CacheLimits SMALL = new CacheLimits(32 << 10, DIRECT_BYTES);

  private final long seed = Long.getLong("plasma.seed", System.nanoTime());
  private final List<HistoryActor> actors = new ArrayList<>();
  private TestCluster cluster;
  private HistoryFiles files;

  @BeforeAll
  void startCluster() {
    cluster = TestCluster.options().datanodeBytes(256L << 20).start();
  }

  @AfterAll
  void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void connect() throws IOException {
    files = new HistoryFiles("/history-" + System.nanoTime(), FILES);
    ClientConfig validating = cluster.config().withCache(TINY);
    ClientConfig trusting = cluster.config().withCache(SMALL).withMaxStaleness(Duration.ofHours(1));
    connect(validating, false);
    connect(validating, false);
    connect(trusting, true);
    Object unused = actors.getFirst().client().mkdirs(files.directory());
    try (HistoryTransaction first = new HistoryTransaction(actors.getFirst())) {
      Random random = new Random(seed);
      for (int file = 0; file < FILES; file++) {
        first.write(file, random);
      }
      first.commit();
    }
  }

  private void connect(ClientConfig config, boolean trusting) {
    String name = "client " + actors.size();
    actors.add(new HistoryActor(name, PlasmaClient.connect(config), files, trusting));
  }

  @AfterEach
  void disconnect() {
    actors.forEach(actor -> actor.client().close());
    actors.clear();
  }

  @Test
  void clientsThatTakeTurnsSeeWhatIsCurrent() throws Exception {
    try (HistoryInTurn history = new HistoryInTurn(actors, files, new Random(seed))) {
      for (int step = 0; step < STEPS_IN_TURN; step++) {
        repeatable(step, history::step);
      }
    }
    files.assertThatPartsKeptTheRest();
    assertThatCachesWereInvolved();
  }

  @Test
  void clientsAtWorkAtOnceNeverSeeAMixOrTheOld() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < actors.size() * THREADS_PER_CLIENT; i++) {
        HistoryActor actor = actors.get(i % actors.size());
        HistoryAtOnce history = new HistoryAtOnce(actor, files, new Random(seed + i));
        all.add(
            threads.submit(() -> {
              for (int step = 0; step < STEPS_AT_ONCE; step++) {
                repeatable(step, history::step);
              }
              return null;
            }));
      }
      for (Future<?> one : all) {
        Object unused = one.get();
      }
    }
    // What was seen before its commit was known here could not be judged earlier.
    for (HistoryActor actor : actors) {
      repeatable(STEPS_AT_ONCE, actor::judge);
    }
    repeatable(STEPS_AT_ONCE, files::assertThatPartsKeptTheRest);
  }

  private interface Step {
    void run() throws Exception;
  }

  private void repeatable(int number, Step step) {
    try {
      step.run();
    } catch (Throwable e) {
      throw new AssertionError("step " + number + ", repeat it with -Dplasma.seed=" + seed, e);
    }
  }

  private void assertThatCachesWereInvolved() {
    assertThatAny(CacheStatistics::hits);
    assertThatAny(CacheStatistics::evictions);
    assertThatAny(CacheStatistics::blockHits);
    assertThatAny(CacheStatistics::blockEvictions);
  }

  private void assertThatAny(ToLongFunction<CacheStatistics> counter) {
    assertThat(actors.stream().map(HistoryActor::client).map(PlasmaClient::cacheStatistics))
        .anySatisfy(statistics -> assertThat(counter.applyAsLong(statistics)).isPositive());
  }
}
