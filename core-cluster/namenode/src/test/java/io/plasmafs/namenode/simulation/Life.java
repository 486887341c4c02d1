package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.engine.CommitState;
import io.plasmafs.namenode.engine.Session;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/// One engine from its start to its crash: decides what happens next, and what fails.
final class Life implements MemoryStore.Schedule {
  private static final int USERS = 200;

  /// More than it takes until the engine gives up a request that the cache is too small for.
  private static final int MOST_ROUNDS = 100_000;

  private static final Set<String> SUPERUSERS = superusers();

  /// Something that waits to happen.
  private record Task(MemoryStore.Stage stage, Runnable action) {}

  final World world;
  final Published published;
  final Timeline timeline;
  private final Random random;
  private final Flavour flavour;
  private final Promises promises;
  private final Judge judge;
  private final RandomOperations operations;
  private final List<Task> tasks = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private boolean quiet = true;
  private boolean mayBeFenced;

  /// How many commits there are in the batch that is being written.
  private int batchSize;

  private int users;

  /// The last commit before another coordinator took over.
  private long lastOwn = Long.MAX_VALUE;

  Life(
      Random random,
      Flavour flavour,
      Disk disk,
      Published published,
      Promises promises,
      int number,
      long startNanos) {
    this.random = random;
    this.flavour = flavour;
    this.published = published;
    this.promises = promises;
    this.timeline = new Timeline(startNanos);
    this.operations = new RandomOperations(random, flavour.large() ? 16 : 5);
    this.world =
        new World(
            disk,
            this,
            flavour.limits(),
            new SmallBlockSpace(World.DATANODES, flavour.blocksEach(), 4, number * 1_000_000L),
            SUPERUSERS,
            timeline);
    timeline.watch(world.engine);
    this.judge =
        new Judge(
            world,
            published,
            timeline,
            new Model(flavour.limits().xattrsPerInode()),
            new Judge.Conditions(
                flavour.faulty() || flavour.jumps(),
                flavour.limited(),
                flavour.large(),
                flavour.limits().idleTimeout().toNanos()));
    settle();
    judge.advance();
  }

  private static Set<String> superusers() {
    Set<String> names = new HashSet<>(Set.of("root"));
    for (int i = 0; i < USERS; i++) {
      names.add("u" + i);
    }
    return Set.copyOf(names);
  }

  Judge judge() {
    return judge;
  }

  // ---- what the store asks

  @Override
  public void later(MemoryStore.Stage stage, Runnable task) {
    tasks.add(new Task(stage, task));
  }

  @Override
  public void appending(CommitBatch batch) {
    batchSize = batch.commits().size();
    if (judge != null) {
      judge.appending(batch);
    }
  }

  private boolean fails(int oneIn) {
    return !quiet && flavour.faulty() && random.nextInt(oneIn) == 0;
  }

  @Override
  public MemoryStore.Fate fateOfAppend() {
    if (!fails(8)) {
      return MemoryStore.Fate.DONE;
    }
    return switch (random.nextInt(7)) {
      case 0, 1, 2 -> MemoryStore.Fate.UNAVAILABLE;
      case 3 -> MemoryStore.Fate.BROKEN;
      case 4, 5 -> MemoryStore.Fate.UNKNOWN_DONE;
      default -> {
        if (mayBeFenced && random.nextBoolean()) {
          // the numbers are another's before anybody can ask
          fence(batchSize);
        }
        yield MemoryStore.Fate.UNKNOWN_NOT_DONE;
      }
    };
  }

  @Override
  public Optional<StoreException.Kind> failureOfAsking() {
    return fails(30)
        ? Optional.of(
            random.nextBoolean() ? StoreException.Kind.UNAVAILABLE : StoreException.Kind.UNKNOWN)
        : Optional.empty();
  }

  @Override
  public Optional<StoreException.Kind> failureOfOpening() {
    if (!fails(3)) {
      return Optional.empty();
    }
    return Optional.of(
        switch (random.nextInt(20)) {
          case 0 -> StoreException.Kind.FENCED;
          case 1 -> StoreException.Kind.BROKEN;
          case 2, 3, 4 -> StoreException.Kind.UNKNOWN;
          default -> StoreException.Kind.UNAVAILABLE;
        });
  }

  @Override
  public long applyUpTo(long applied, long last) {
    // a coordinator that lost its lease answers nothing: it never shows rows of the next one
    long mine = Math.max(applied, Math.min(last, lastOwn));
    return quiet || applied >= mine ? mine : applied + 1 + random.nextInt((int) (mine - applied));
  }

  // ---- what happens

  /// @param othersTakeOver whether another coordinator may
  void live(int steps, boolean othersTakeOver) {
    quiet = false;
    mayBeFenced = othersTakeOver;
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      clients.add(newClient());
    }
    for (int i = 0; i < steps; i++) {
      switch (random.nextInt(4)) {
        case 0 -> clients.get(random.nextInt(count)).act();
        case 1 -> runTask();
        case 2 -> {
          timeline.nanos += random.nextInt(30_000_000);
          world.move();
        }
        default -> {
          runTask();
          world.move();
        }
      }
      if (random.nextInt(150) == 0) {
        int which = random.nextInt(count);
        clients.get(which).close();
        clients.set(which, newClient());
      }
      if (flavour.jumps() && random.nextInt(100) == 0) {
        timeline.nanos += Duration.ofMillis(random.nextInt(5000)).toNanos();
      }
      if (mayBeFenced && flavour.faulty() && random.nextInt(400) == 0) {
        fence(random.nextInt(3));
      }
      if (hasStopped() && random.nextInt(20) == 0) {
        return;
      }
    }
  }

  private Client newClient() {
    return new Client(this, random, operations, "u" + users++ % USERS);
  }

  private void runTask() {
    if (tasks.isEmpty()) {
      return;
    }
    int which = random.nextInt(tasks.size());
    if (!quiet && flavour.lazy().contains(tasks.get(which).stage()) && random.nextInt(8) > 0) {
      return;
    }
    tasks.remove(which).action().run();
  }

  /// Another coordinator takes over, and may even commit something.
  private void fence(int commits) {
    Disk disk = world.disk;
    disk.epoch++;
    lastOwn = Math.min(lastOwn, disk.last());
    for (int i = 0; i < commits; i++) {
      long sequence = disk.last() + 1;
      Node root = rootInLog();
      root.version = sequence;
      InodeRecord record = root.record();
      disk.log.add(
          new ChangeSet(
              sequence, Optional.empty(), 0, "intruder", List.of(new Change.PutInode(record))));
      disk.lastEpoch = disk.epoch;
    }
  }

  /// The root as the last commit in the log left it.
  private Node rootInLog() {
    State state = published.latest();
    for (long s = state.sequence + 1; s <= world.disk.last(); s++) {
      state = state.with(world.disk.commit(s));
    }
    return Objects.requireNonNull(state.node(InodeId.ROOT)).copy();
  }

  void settle() {
    quiet = true;
    int idle = 0;
    for (int rounds = 0; idle < 60; rounds++) {
      if (rounds > MOST_ROUNDS) {
        throw new AssertionError("it does not come to rest: " + judge.waiting());
      }
      timeline.nanos += 20_000_000;
      boolean moved = !tasks.isEmpty();
      runAllTasks();
      moved |= world.move();
      idle = moved ? 0 : idle + 1;
    }
  }

  private void runAllTasks() {
    while (!tasks.isEmpty()) {
      runTask();
    }
  }

  boolean hasStopped() {
    return !world.stopped.isEmpty();
  }

  /// Everything in memory is lost.
  void crash() {
    world.store.crash();
    tasks.clear();
    judge.close();
  }

  /// Lets everything come to its end, and shows that nothing is left over.
  void finish() {
    settle();
    if (!judge.isQuiet()) {
      throw new AssertionError("never answered: " + judge.waiting());
    }
    clients.forEach(Client::close);
    settle();
    judge.advance();
  }

  /// Looks at everything there is.
  void lookAtAll() {
    List<Operation> looks = new ArrayList<>();
    for (Node node : published.latest().nodes.values()) {
      Location where = Location.of(node.id);
      looks.add(new Operation.Stat(where, false));
      looks.add(new Operation.ListXattrs(where, false));
      switch (node.type) {
        case DIRECTORY ->
            looks.add(new Operation.ListDirectory(where, Optional.empty(), 1000, true));
        case REGULAR -> looks.add(new Operation.Read(where, false, 0, 1000));
        case SYMLINK -> looks.add(new Operation.ReadLink(where));
      }
    }
    Client client = newClient();
    for (int i = 0; i < looks.size(); i += 3) {
      client.repeat(new Compound(0, Optional.empty(), looks.subList(i, i + 3)));
      for (int turn = 0; turn < 1000 && !judge.isQuiet(); turn++) {
        runAllTasks();
        world.move();
      }
    }
    if (!judge.isQuiet()) {
      throw new AssertionError("never answered: " + judge.waiting());
    }
    client.close();
    settle();
  }

  /// Makes more than the cache can hold.
  void fill() {
    Client client = newClient();
    for (int d = 0; d < 16; d++) {
      List<Operation> operations = new ArrayList<>();
      Location directory = Location.of("/n" + d);
      operations.add(new Operation.MakeDirectory(directory, 0777, false));
      for (int f = 0; f < 20; f++) {
        Location file =
            new Location(
                new Location.Base.Result(0), io.plasmafs.model.FsPath.of(Name.of("n" + f)));
        operations.add(new Operation.Create(file, Operation.CreateMode.EXCLUSIVE, 0666, 0));
      }
      client.repeat(new Compound(0, Optional.of(newToken()), operations));
      settle();
    }
    client.close();
  }

  // ---- what clients ask

  CommitToken newToken() {
    return promises.newToken();
  }

  void submit(Session session, Request request, Consumer<Answer> then) {
    judge.sent(request);
    world.engine.submit(
        session,
        request.compound,
        answer -> {
          promises.count(answer);
          world.blocks.told(answer);
          judge.answered(request, answer);
          then.accept(answer);
        });
  }

  /// Some client repeats a commit of which it does not know how it ended, or pretends so.
  void repeat(Client client) {
    promises.some(random).ifPresent(client::repeat);
  }

  void acknowledged(CommitToken token, long sequence, Compound compound) {
    promises.acknowledged(token, sequence);
    unacknowledged(compound);
  }

  void unacknowledged(Compound compound) {
    if (compound.transaction() == 0) {
      promises.mayBeRepeated(compound);
    }
  }

  void askOutcome(Request request, CommitToken token) {
    boolean wasInLog = isInLog(token);
    world.engine.outcomeOf(
        token,
        state -> {
          boolean wrong =
              switch (state.stage()) {
                case DONE -> !isInLog(token) || state.sequence() != promises.sequenceOf(token);
                case UNKNOWN, ABORTED -> wasInLog;
                case IN_PROGRESS -> false;
              };
          if (wrong || state.stage() == CommitState.Stage.ABORTED) {
            throw new AssertionError(state + " is told of " + request);
          }
        });
  }

  private boolean isInLog(CommitToken token) {
    return promises.sequenceOf(token) > 0;
  }
}
