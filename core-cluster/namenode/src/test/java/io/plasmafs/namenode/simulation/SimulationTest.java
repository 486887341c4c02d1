package io.plasmafs.namenode.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.engine.CommitState;
import io.plasmafs.namenode.engine.EngineLimits;
import io.plasmafs.namenode.engine.Session;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random histories of several clients, with a store that delays, fails and crashes. A failure
/// prints its seed; -Dplasma.seed=N runs that history alone, -Dplasma.histories=N runs so many.
final class SimulationTest {
  @Test
  void randomHistoriesKeepEveryPromise() {
    String seed = System.getProperty("plasma.seed");
    if (seed != null) {
      new History(Long.parseLong(seed)).run();
      return;
    }
    int histories = Integer.getInteger("plasma.histories", 300);
    long first = new Random().nextInt(1_000_000_000);
    for (long s = first; s < first + histories; s++) {
      try {
        new History(s).run();
      } catch (Throwable e) {
        throw new AssertionError("history failed, repeat it with -Dplasma.seed=" + s, e);
      }
    }
    assertThat(SEEN)
        .as("ways in which requests ended")
        .containsKeys("OK", "ECONFLICT", "ENOENT", "ENOTEMPTY");
    if (Boolean.getBoolean("plasma.print")) {
      System.out.println(SEEN);
    }
  }

  /// How often operations ended how, to show that the histories are worth something.
  private static final Map<String, Integer> SEEN = new java.util.TreeMap<>();

  /// One history.
  private static final class History implements MemoryStore.Schedule {
    private static final String[] NAMES = {"a", "b", "c", "d"};

    private static final List<MemoryStore.Fate> FAILURES =
        List.of(
            MemoryStore.Fate.UNAVAILABLE,
            MemoryStore.Fate.UNKNOWN_DONE,
            MemoryStore.Fate.UNKNOWN_NOT_DONE);

    private final Random random;
    private final Disk disk = new Disk();

    /// What is published, and nothing of what is on its way.
    private final Disk published = new Disk(disk);

    private final List<Runnable> tasks = new ArrayList<>();
    private final Map<CommitToken, Long> acknowledged = new HashMap<>();
    private final EngineLimits limits;
    private final boolean faulty;
    private World world;
    private final List<Client> clients = new ArrayList<>();
    private boolean quiet = true;
    private InodeId pair = InodeId.NONE;
    private int tokens;
    private long counted;
    private long perhapsCounted;

    History(long seed) {
      random = new Random(seed);
      faulty = random.nextBoolean();
      EngineLimits d = EngineLimits.DEFAULT;
      limits =
          new EngineLimits(
              d.idleTimeout(),
              d.idleTimeoutMax(),
              d.openPerSession(),
              d.openPerUser(),
              d.operationsPerTransaction(),
              d.bytesPerTransaction(),
              d.bytesOfTransactions(),
              d.queuedEvents(),
              1 + random.nextInt(8),
              d.batchBytes(),
              random.nextBoolean() ? 3000 : d.unappliedBytes(),
              Duration.ofSeconds(2),
              random.nextBoolean() ? 20_000 : d.cacheBytes(),
              d.xattrsPerInode(),
              d.xattrBytesPerInode(),
              d.symlinksPerPath(),
              d.tokens());
      world = new World(disk, this, limits);
    }

    @Override
    public void later(Runnable task) {
      tasks.add(task);
    }

    @Override
    public MemoryStore.Fate fateOfAppend() {
      if (quiet || !faulty || random.nextInt(8) > 0) {
        return MemoryStore.Fate.DONE;
      }
      return pick(FAILURES);
    }

    @Override
    public boolean failsFetch() {
      return !quiet && faulty && random.nextInt(30) == 0;
    }

    void run() {
      settle();
      must(new Operation.MakeDirectory(Location.of("/pair"), 0777, false));
      for (String file : List.of("/pair/a", "/pair/b", "/counter")) {
        must(new Operation.Create(Location.of(file), Operation.CreateMode.EXCLUSIVE, 0666, 0));
      }
      pair =
          Objects.requireNonNull(
              Objects.requireNonNull(disk.entries.get(InodeId.ROOT)).get(Name.of("pair")));
      int lives = 1 + random.nextInt(3);
      for (int life = 0; life < lives; life++) {
        live();
        if (life + 1 < lives) {
          crash();
        }
      }
      finish();
    }

    private void live() {
      quiet = false;
      clients.clear();
      int count = 1 + random.nextInt(5);
      for (int i = 0; i < count; i++) {
        clients.add(new Client());
      }
      int steps = 100 + random.nextInt(600);
      for (int i = 0; i < steps; i++) {
        switch (random.nextInt(4)) {
          case 0 -> clients.get(random.nextInt(count)).act();
          case 1 -> runTask();
          case 2 -> {
            world.pass(Duration.ofMillis(random.nextInt(30)));
            world.move();
          }
          default -> {
            runTask();
            world.move();
          }
        }
      }
    }

    private <T> T pick(List<T> all) {
      return all.get(random.nextInt(all.size()));
    }

    private void runTask() {
      if (!tasks.isEmpty()) {
        tasks.remove(random.nextInt(tasks.size())).run();
      }
    }

    private void crash() {
      world.store.crash();
      tasks.clear();
      clients.forEach(Client::forget);
      quiet = true;
      new Audit(disk).check(false);
      checkAcknowledged();
      world = new World(disk, this, limits);
      settle();
    }

    private void settle() {
      int idle = 0;
      while (idle < 60) {
        world.pass(Duration.ofMillis(20));
        boolean moved = !tasks.isEmpty();
        while (!tasks.isEmpty()) {
          runTask();
        }
        moved |= world.move();
        idle = moved ? 0 : idle + 1;
      }
    }

    private void finish() {
      quiet = true;
      settle();
      for (Client client : clients) {
        assertThat(client.waiting).as("an answer that never came").isFalse();
        world.engine.closeSession(client.session);
      }
      settle();
      Audit audit = new Audit(disk);
      audit.check(true);
      checkAcknowledged();
      assertThat(world.blocks.usedBlocks()).isEqualTo(audit.blocks());
      assertThat(world.blocks.reserved()).isZero();
      assertThat(world.blocks.pinningTransactions()).isZero();
      InodeId counter =
          Objects.requireNonNull(
              Objects.requireNonNull(disk.entries.get(InodeId.ROOT)).get(Name.of("counter")));
      assertThat(Objects.requireNonNull(disk.inodes.get(counter)).size())
          .as("increments of the counter")
          .isBetween(counted, counted + perhapsCounted);
      checkEngineAgrees(Location.of("/"), InodeId.ROOT);
    }

    /// What the engine shows is what is stored.
    private void checkEngineAgrees(Location where, InodeId directory) {
      Outcome.Listing listing =
          (Outcome.Listing) must(new Operation.ListDirectory(where, Optional.empty(), 1000, true));
      Map<Name, InodeId> shown = new HashMap<>();
      for (Outcome.Entry entry : listing.entries()) {
        shown.put(entry.name(), entry.inode());
        InodeRecord stored = Objects.requireNonNull(disk.inodes.get(entry.inode()));
        var attributes = entry.attributes().orElseThrow();
        assertThat(attributes.version()).isEqualTo(stored.version());
        assertThat(attributes.size()).isEqualTo(stored.size());
        assertThat(attributes.nlink()).isEqualTo(stored.nlink());
        if (attributes.isDirectory()) {
          checkEngineAgrees(Location.of(entry.inode()), entry.inode());
        }
      }
      assertThat(shown).isEqualTo(disk.entries.getOrDefault(directory, new java.util.TreeMap<>()));
    }

    private void checkAcknowledged() {
      disk.apply(disk.last());
      acknowledged.forEach((token, sequence) ->
          assertThat(disk.tokens).as("acknowledged commits").containsEntry(token, sequence));
    }

    /// Holds reads that were answered just now, in one go, against all commits that are published,
    /// and nothing else.
    private void checkReads(List<Operation> operations, Answer answer) {
      published.apply(world.engine.sequence());
      for (int i = 0; i < answer.outcomes().size(); i++) {
        Location where;
        switch (operations.get(i)) {
          case Operation.Stat o -> where = o.where();
          case Operation.Read o -> where = o.where();
          case Operation.ListDirectory o -> where = o.where();
          default -> {
            continue;
          }
        }
        switch (answer.outcomes().get(i)) {
          case Outcome.Inode o -> {
            checkWhere(where, o.attributes());
            checkAttributes(o.attributes());
          }
          case Outcome.Content o -> {
            checkWhere(where, o.attributes());
            checkContent(o);
          }
          case Outcome.Listing o -> checkListing(where, o);
          default -> {}
        }
      }
    }

    /// What a location names by the published state, if no symbolic link is on the way.
    private Optional<InodeId> find(Location where) {
      InodeId at =
          where.base() instanceof Location.Base.Inode(InodeId inode) ? inode : InodeId.ROOT;
      for (Name name : where.path().names()) {
        InodeId next = published.entries.getOrDefault(at, new java.util.TreeMap<>()).get(name);
        InodeRecord record = next == null ? null : published.inodes.get(next);
        if (next == null || record == null || record.type() == FileType.SYMLINK) {
          return Optional.empty();
        }
        at = next;
      }
      return Optional.of(at);
    }

    private void checkWhere(Location where, Attributes shown) {
      find(where)
          .ifPresent(inode -> assertThat(shown.inode()).as(where.toString()).isEqualTo(inode));
    }

    private void checkAttributes(Attributes shown) {
      InodeRecord stored = published.inodes.get(shown.inode());
      assertThat(stored).as("what is shown: " + shown).isNotNull();
      if (stored != null) {
        assertThat(shown)
            .isEqualTo(
                new Attributes(
                    stored.id(),
                    stored.type(),
                    stored.mode(),
                    stored.owner(),
                    stored.group(),
                    stored.size(),
                    stored.mtime(),
                    stored.ctime(),
                    stored.birth(),
                    stored.nlink(),
                    stored.replication(),
                    stored.blocks(),
                    stored.version(),
                    stored.contentVersion()));
      }
    }

    private void checkContent(Outcome.Content content) {
      checkAttributes(content.attributes());
      InodeId inode = content.attributes().inode();
      switch (content.body()) {
        case Outcome.Body.Inline(Bytes bytes) ->
            assertThat(bytes).as("content of " + inode).isEqualTo(published.inline.get(inode));
        case Outcome.Body.Blocks(List<GrantedExtent> shown, long next) -> {
          List<Long> blocks = new ArrayList<>();
          for (GrantedExtent granted : shown) {
            for (long b = granted.extent().index(); b < granted.extent().end(); b++) {
              blocks.add(b * 1_000_000 + granted.extent().generation());
            }
          }
          List<Long> expected = new ArrayList<>();
          for (Extent run :
              published.extents.getOrDefault(inode, new java.util.TreeMap<>()).values()) {
            for (long b = run.index(); b < Math.min(run.end(), 20); b++) {
              expected.add(b * 1_000_000 + run.generation());
            }
          }
          assertThat(blocks).as("blocks of " + inode).isEqualTo(expected);
        }
      }
    }

    private void checkListing(Location where, Outcome.Listing listing) {
      for (Outcome.Entry entry : listing.entries()) {
        entry.attributes().ifPresent(this::checkAttributes);
      }
      find(where)
          .ifPresent(directory -> {
            Map<Name, InodeId> shown = new java.util.TreeMap<>();
            listing.entries().forEach(entry -> shown.put(entry.name(), entry.inode()));
            assertThat(shown)
                .as("names in " + where)
                .isEqualTo(published.entries.getOrDefault(directory, new java.util.TreeMap<>()));
          });
    }

    private Outcome must(Operation operation) {
      List<Answer> answers = new ArrayList<>();
      world.engine.submit(
          world.root(), new Compound(0, Optional.empty(), List.of(operation)), answers::add);
      settle();
      assertThat(answers).hasSize(1);
      assertThat(answers.get(0).failure()).as(operation.toString()).isEmpty();
      return answers.get(0).outcomes().get(0);
    }

    /// A client with one transaction at a time, that now and then loses its connection.
    private final class Client {
      private Session session = world.root();
      private boolean waiting;
      private boolean open;
      private long transaction;
      private final List<GrantedExtent> allocated = new ArrayList<>();

      void forget() {
        if (waiting && counting) {
          perhapsCounted++;
        }
      }

      private boolean counting;

      void act() {
        if (random.nextInt(60) == 0) {
          world.engine.closeSession(session);
          forget();
          session = world.root();
          waiting = false;
          open = false;
          counting = false;
          return;
        }
        if (waiting) {
          return;
        }
        if (open) {
          actInTransaction();
        } else {
          switch (random.nextInt(8)) {
            case 0 -> checkPair();
            case 1 -> writePair();
            case 2 -> {
              if (random.nextBoolean()) {
                readCounter();
              } else {
                readSome();
              }
            }
            case 3, 4, 5 -> {
              transaction++;
              open = true;
              allocated.clear();
              List<Operation> operations = new ArrayList<>();
              operations.add(new Operation.Begin(Duration.ZERO, Optional.empty()));
              operations.addAll(some());
              send(transaction, Optional.empty(), operations, this::noteAllocations);
            }
            default -> {
              CommitToken token = token();
              send(0, Optional.of(token), some(), answer -> note(token, answer));
            }
          }
        }
      }

      private void actInTransaction() {
        switch (random.nextInt(5)) {
          case 0 -> {
            CommitToken token = token();
            open = false;
            send(
                transaction,
                Optional.empty(),
                List.of(new Operation.Commit(Optional.of(token))),
                answer -> {
                  if (answer.failure().isEmpty()
                      && answer.outcomes().get(0) instanceof Outcome.Committed(long sequence)) {
                    acknowledge(token, sequence);
                  }
                });
          }
          case 1 -> {
            open = false;
            send(transaction, Optional.empty(), List.of(new Operation.Abort()), answer -> {});
          }
          case 2 -> {
            List<Operation> attach = attach();
            send(
                transaction,
                Optional.empty(),
                attach.isEmpty() ? some() : attach,
                this::noteAllocations);
          }
          default -> send(transaction, Optional.empty(), some(), this::noteAllocations);
        }
      }

      private List<Operation> attach() {
        if (allocated.isEmpty()) {
          return List.of();
        }
        Extent run = allocated.remove(allocated.size() - 1).extent();
        Extent written = run.with(Checksums.of(new int[run.count()]));
        if (random.nextInt(3) == 0) {
          written =
              new Extent(
                  written.index(),
                  written.count(),
                  written.generation(),
                  written.replicas().subList(0, 1),
                  written.checksums());
        }
        if (random.nextInt(3) == 0) {
          written = written.slice(written.index(), written.index() + 1);
        }
        return List.of(new Operation.Attach(path(), written, written.end() * World.BLOCK_SIZE));
      }

      private void noteAllocations(Answer answer) {
        for (Outcome outcome : answer.outcomes()) {
          if (outcome instanceof Outcome.Allocation(List<GrantedExtent> extents)) {
            allocated.addAll(extents);
          }
        }
        answer
            .failure()
            .ifPresent(failure -> {
              if (failure.cause().status() == FsStatus.ENOTRANS
                  || failure.cause().status() == FsStatus.ELONGTRANS) {
                open = false;
              }
            });
      }

      private void note(CommitToken token, Answer answer) {
        if (answer.failure().isEmpty()) {
          acknowledge(token, answer.sequence());
          if (answer.sequence() > 0 && random.nextBoolean()) {
            // once more: the same effect, and the same answer
            send(
                0,
                Optional.of(token),
                some(),
                again -> {
                  if (again.failure().isEmpty()) {
                    assertThat(again.sequence()).isEqualTo(answer.sequence());
                  }
                });
          }
        } else if (answer.failure().get().cause().status() == FsStatus.EFAILEDCOMMIT) {
          world.engine.outcomeOf(
              token, state -> assertThat(state.stage()).isNotIn(CommitState.Stage.DONE));
        }
      }

      private void acknowledge(CommitToken token, long sequence) {
        if (sequence > 0) {
          acknowledged.put(token, sequence);
        }
      }

      /// Reads by a compound of its own, which must show one published state.
      private void readSome() {
        List<Operation> operations = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
          Location p =
              random.nextInt(4) == 0
                  ? Location.of(pick(List.of("/pair/a", "/pair/b", "/counter")))
                  : path();
          operations.add(
              switch (random.nextInt(3)) {
                case 0 -> new Operation.Stat(p, false);
                case 1 -> new Operation.Read(p, true, 0, 20);
                default ->
                    new Operation.ListDirectory(p, Optional.empty(), 1000, random.nextBoolean());
              });
        }
        send(0, Optional.empty(), operations, answer -> checkReads(operations, answer));
      }

      private void writePair() {
        Bytes content = Bytes.wrap(new byte[random.nextInt(100)]);
        send(
            0,
            Optional.empty(),
            List.of(
                new Operation.WriteInline(Location.of("/pair/a"), content),
                new Operation.WriteInline(Location.of("/pair/b"), content)),
            answer -> {});
      }

      private void checkPair() {
        Operation.Stat a = new Operation.Stat(Location.of("/pair/a"), true);
        Operation.Stat b = new Operation.Stat(Location.of("/pair/b"), true);
        send(
            0,
            Optional.empty(),
            random.nextBoolean() ? List.of(new Operation.StatMany(List.of(a, b))) : List.of(a, b),
            answer -> {
              if (answer.failure().isPresent()) {
                return;
              }
              List<Long> sizes = new ArrayList<>();
              for (Outcome outcome : answer.outcomes()) {
                if (outcome instanceof Outcome.Inode inode) {
                  sizes.add(inode.attributes().size());
                } else if (outcome instanceof Outcome.Inodes many) {
                  many.results().forEach(f -> sizes.add(f.attributes().orElseThrow().size()));
                }
              }
              assertThat(sizes.get(0)).as("both files of one commit").isEqualTo(sizes.get(1));
            });
      }

      /// Reads the counter, and writes one more under the condition that nobody did so meanwhile.
      private void readCounter() {
        Location counter = Location.of("/counter");
        send(
            0,
            Optional.empty(),
            List.of(new Operation.Stat(counter, true)),
            answer -> {
              if (answer.failure().isPresent()) {
                return;
              }
              var seen = ((Outcome.Inode) answer.outcomes().get(0)).attributes();
              counting = true;
              send(
                  0,
                  Optional.empty(),
                  List.of(
                      new Operation.Require(
                          counter,
                          Operation.Requirement.CONTENT_VERSION,
                          InodeId.NONE,
                          seen.contentVersion()),
                      new Operation.WriteInline(
                          counter, Bytes.wrap(new byte[(int) seen.size() + 1]))),
                  written -> {
                    counting = false;
                    if (written.failure().isEmpty()) {
                      counted++;
                    } else if (written.failure().get().cause().status() == FsStatus.EUNKNOWN) {
                      perhapsCounted++;
                    }
                  });
            });
      }

      private CommitToken token() {
        tokens++;
        return CommitToken.of(new byte[] {(byte) tokens, (byte) (tokens >> 8), 1});
      }

      private void send(
          long id,
          Optional<CommitToken> token,
          List<Operation> operations,
          java.util.function.Consumer<Answer> then) {
        waiting = true;
        Session mine = session;
        World here = world;
        world.engine.submit(
            session,
            new Compound(id, token, operations),
            answer -> {
              if (mine == session && here == world) {
                waiting = false;
                SEEN.merge(
                    answer.failure().map(f -> f.cause().status().name()).orElse("OK"),
                    1,
                    Integer::sum);
                try {
                  then.accept(answer);
                } catch (RuntimeException e) {
                  throw new AssertionError("the client's fault", e);
                }
              }
            });
      }

      private List<Operation> some() {
        List<Operation> operations = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
          operations.add(one());
        }
        return operations;
      }

      private Location path() {
        StringBuilder path = new StringBuilder();
        for (int depth = random.nextInt(3); depth >= 0; depth--) {
          path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
        }
        @Nullable InodeId some = random.nextInt(12) == 0 ? anInode() : null;
        return some != null
            ? Location.of(some, Name.of(NAMES[random.nextInt(NAMES.length)]))
            : Location.of(path.toString());
      }

      private @Nullable InodeId anInode() {
        InodeId id = pick(new ArrayList<>(disk.inodes.keySet()));
        // nobody but the pair's writers touches the pair
        return id.equals(pair) ? null : id;
      }

      private Operation one() {
        Location p = path();
        return switch (random.nextInt(20)) {
          case 0, 1, 2 ->
              new Operation.Create(p, pick(List.of(Operation.CreateMode.values())), 0666, 0);
          case 3, 4 -> new Operation.MakeDirectory(p, 0777, random.nextBoolean());
          case 5 -> new Operation.Link(p, path());
          case 6 -> new Operation.Unlink(p);
          case 7 -> new Operation.RemoveDirectory(p);
          case 8 -> new Operation.RemoveTree(p);
          case 9, 10, 11 ->
              new Operation.Rename(p, path(), pick(List.of(Operation.RenameMode.values())));
          case 12 ->
              new Operation.SetAttributes(
                  p, true, Operation.AttributeChanges.NONE.withMode(0600 + random.nextInt(8)));
          case 13 ->
              new Operation.SetAttributes(
                  p,
                  true,
                  Operation.AttributeChanges.NONE.withSize(
                      random.nextInt(20) * (long) World.BLOCK_SIZE + random.nextInt(2)));
          case 14 -> new Operation.WriteInline(p, Bytes.wrap(new byte[random.nextInt(200)]));
          case 15 ->
              new Operation.Allocate(
                  p, random.nextInt(12), 1 + random.nextInt(5), 0, List.of(), java.util.Set.of());
          case 16 -> new Operation.Punch(p, random.nextInt(8), 1 + random.nextInt(8));
          case 17 -> new Operation.ListDirectory(p, Optional.empty(), 10, random.nextBoolean());
          case 18 ->
              random.nextBoolean()
                  ? new Operation.Read(p, true, 0, 20)
                  : new Operation.MakeSymlink(p, LinkTarget.of("../" + NAMES[random.nextInt(4)]));
          default -> new Operation.Stat(p, random.nextBoolean());
        };
      }
    }
  }
}
