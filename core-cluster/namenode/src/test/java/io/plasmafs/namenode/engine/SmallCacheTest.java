package io.plasmafs.namenode.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.simulation.SmallBlockSpace;
import io.plasmafs.namenode.simulation.World;
import io.plasmafs.namenode.store.PostgresStore;
import io.plasmafs.namenode.store.StoreSettings;
import io.plasmafs.postgres.PostgresServer;
import io.plasmafs.postgres.TemporaryPostgres;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A namespace of which a tenth fits into memory at most, in a real database, held against a map.
final class SmallCacheTest {
  private static final long CACHE_BYTES = 100_000;
  private static final int DIRECTORIES = 40;
  private static final int FILES = 3000;

  private final long seed = new Random().nextInt(1_000_000_000);
  private final Random random = new Random(seed);

  /// Contents of all files, by their paths.
  private final TreeMap<String, String> model = new TreeMap<>();

  private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
  private TemporaryPostgres postgres;
  private PostgresStore store;
  private Engine engine;
  private Thread thread;
  private Session session;

  @BeforeEach
  void start() {
    postgres = TemporaryPostgres.start(false);
    store =
        new PostgresStore(
            StoreSettings.of(
                postgres.server().jdbcUrl(postgres.newDatabase(Optional.empty())),
                PostgresServer.USER,
                postgres.server().password(),
                "test",
                World.BLOCK_SIZE));
    SmallBlockSpace blocks = new SmallBlockSpace(3, 64, 8, 0);
    engine =
        new Engine(
            new ClusterDescription(
                "test", World.BLOCK_SIZE, ClusterDescription.SLICE_SIZE, 8192, 2, 0, 0),
            Set.of("root"),
            EngineLimits.DEFAULT.withCacheBytes(CACHE_BYTES),
            store,
            blocks,
            blocks,
            new EngineObserver() {
              @Override
              public void epochChanged(long epoch) {}

              @Override
              public void stopped(String reason) {}
            },
            InstantSource.system(),
            System::nanoTime,
            background);
    thread = Thread.ofPlatform().name("engine").start(engine);
    engine.start().join();
    session = engine.openSession(World.ROOT, true);
  }

  @AfterEach
  void stop() throws InterruptedException {
    engine.close();
    thread.join();
    store.close();
    background.shutdownNow();
    postgres.close();
  }

  @Test
  void namespaceTenTimesTheCacheIsWholeAndPinnedRowsStay() throws Exception {
    populate();
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Long> looked = CompletableFuture.supplyAsync(() -> look(done), background);

    // A transaction that changes more than the cache holds, and stays open meanwhile.
    List<String> chosen = new ArrayList<>();
    for (String path : model.keySet()) {
      if (path.endsWith("7")) {
        chosen.add(path);
      }
    }
    assertThat(chosen).hasSizeGreaterThan(250);
    ok(1, new Operation.Begin(Duration.ofMinutes(5), Optional.empty()));
    for (String path : chosen) {
      ok(1, NamespaceTest.chmod(path, 0600), NamespaceTest.write(path, "pinned" + path));
    }
    for (int i = 0; i < 400; i++) {
      act();
    }
    for (String path : chosen.subList(0, 50)) {
      assertThat(content(1, path)).isEqualTo("pinned" + path);
      assertThat(content(0, path)).isEqualTo(model.get(path));
    }
    ok(1, new Operation.Commit(Optional.empty()));
    chosen.forEach(path -> model.put(path, "pinned" + path));
    for (int i = 0; i < 150; i++) {
      act();
    }

    done.set(true);
    assertThat(looked.join()).isPositive();
    assertThat(all()).as("seed " + seed).isEqualTo(model);
    // Rows of commits that the tables do not have yet count, too.
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (cachedBytes() >= 4 * CACHE_BYTES && System.nanoTime() < end) {
      Thread.sleep(50);
      act();
    }
    assertThat(cachedBytes()).as("seed " + seed).isLessThan(4 * CACHE_BYTES);
    for (String path : chosen) {
      if (model.getOrDefault(path, "").equals("pinned" + path)) {
        Outcome.Inode inode = (Outcome.Inode) ok(0, NamespaceTest.stat(path)).get(0);
        assertThat(inode.attributes().mode()).isEqualTo(0600);
      }
    }
  }

  private long cachedBytes() {
    CompletableFuture<Long> cached = new CompletableFuture<>();
    engine.execute(() -> cached.complete(engine.cachedBytes()));
    return cached.join();
  }

  private void populate() {
    for (int d = 0; d < DIRECTORIES; d++) {
      ok(0, NamespaceTest.mkdir("/d" + d));
      List<Operation> files = new ArrayList<>();
      for (int f = d; f < FILES; f += DIRECTORIES) {
        String path = "/d" + d + "/file-" + f;
        files.add(NamespaceTest.createFile(path));
        files.add(NamespaceTest.write(path, "content " + f));
        model.put(path, "content " + f);
      }
      ok(0, files.toArray(Operation[]::new));
    }
  }

  /// One random change, or one that must fail, to the namespace and to the model. What the open
  /// transaction holds is left alone.
  private void act() {
    String path = path();
    String other = path();
    boolean there = model.containsKey(path);
    switch (random.nextInt(6)) {
      case 0 -> {
        FsStatus status = status(NamespaceTest.createFile(path), NamespaceTest.write(path, path));
        assertThat(status).as("seed " + seed).isEqualTo(there ? FsStatus.EEXIST : FsStatus.OK);
        model.putIfAbsent(path, path);
      }
      case 1 -> {
        assertThat(status(NamespaceTest.unlink(path)))
            .as("seed " + seed)
            .isEqualTo(there ? FsStatus.OK : FsStatus.ENOENT);
        model.remove(path);
      }
      case 2 -> {
        if (!path.equals(other)) {
          assertThat(status(NamespaceTest.rename(path, other)))
              .as("seed " + seed)
              .isEqualTo(there ? FsStatus.OK : FsStatus.ENOENT);
          if (there) {
            model.put(other, model.remove(path));
          }
        }
      }
      case 3 -> {
        String text = "written " + random.nextInt();
        assertThat(status(NamespaceTest.write(path, text)))
            .as("seed " + seed)
            .isEqualTo(there ? FsStatus.OK : FsStatus.ENOENT);
        model.computeIfPresent(path, (p, old) -> text);
      }
      case 4 -> {
        if (there) {
          assertThat(content(0, path)).as("seed " + seed).isEqualTo(model.get(path));
        }
      }
      default -> {
        String directory = "/d" + random.nextInt(DIRECTORIES);
        assertThat(list(directory))
            .as("seed " + seed)
            .isEqualTo(model.subMap(directory + "/", directory + "0"));
      }
    }
  }

  private String path() {
    int file;
    do {
      file = random.nextInt(FILES + 500);
    } while (file % 10 == 7);
    return "/d" + file % DIRECTORIES + "/file-" + file;
  }

  /// Reads all over the place, in a session of its own, while others change things.
  private long look(AtomicBoolean done) {
    Random where = new Random(seed + 1);
    Session own = engine.openSession(World.ROOT, true);
    long count = 0;
    while (!done.get()) {
      String path = "/d" + where.nextInt(DIRECTORIES) + "/file-" + where.nextInt(FILES);
      Answer answer = run(own, 0, NamespaceTest.stat(path));
      FsStatus status =
          answer.failure().map(failure -> failure.cause().status()).orElse(FsStatus.OK);
      assertThat(status).as("seed " + seed).isIn(FsStatus.OK, FsStatus.ENOENT);
      count++;
    }
    return count;
  }

  private TreeMap<String, String> all() {
    TreeMap<String, String> found = new TreeMap<>();
    for (int d = 0; d < DIRECTORIES; d++) {
      found.putAll(list("/d" + d));
    }
    return found;
  }

  /// What is in a directory, page by page.
  private TreeMap<String, String> list(String directory) {
    TreeMap<String, String> found = new TreeMap<>();
    Optional<Name> after = Optional.empty();
    while (true) {
      Outcome.Listing page =
          (Outcome.Listing)
              ok(0, new Operation.ListDirectory(Location.of(directory), after, 1000, true)).get(0);
      for (Outcome.Entry entry : page.entries()) {
        String path = directory + "/" + entry.name().text();
        found.put(path, content(0, path));
        after = Optional.of(entry.name());
      }
      if (page.complete()) {
        return found;
      }
    }
  }

  private String content(long transaction, String path) {
    Operation read = new Operation.Read(Location.of(FsPath.of(path)), false, 0, 1);
    Outcome.Content content = (Outcome.Content) ok(transaction, read).get(0);
    return content.body() instanceof Outcome.Body.Inline(Bytes bytes)
        ? new String(bytes.toArray(), java.nio.charset.StandardCharsets.UTF_8)
        : "";
  }

  private FsStatus status(Operation... operations) {
    return run(session, 0, operations)
        .failure()
        .map(failure -> failure.cause().status())
        .orElse(FsStatus.OK);
  }

  private List<Outcome> ok(long transaction, Operation... operations) {
    Answer answer = run(session, transaction, operations);
    answer
        .failure()
        .ifPresent(failure -> {
          throw new AssertionError(
              "seed " + seed + ": operation " + failure.operation() + " failed", failure.cause());
        });
    return answer.outcomes();
  }

  private Answer run(Session of, long transaction, Operation... operations) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    engine.submit(
        of, new Compound(transaction, Optional.empty(), List.of(operations)), answer::complete);
    return answer.join();
  }
}
