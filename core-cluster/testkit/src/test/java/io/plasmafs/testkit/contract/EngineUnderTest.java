package io.plasmafs.testkit.contract;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.blocks.AllocationRequest;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.engine.EngineLimits;
import io.plasmafs.namenode.engine.EngineObserver;
import io.plasmafs.namenode.engine.Session;
import io.plasmafs.namenode.store.PostgresStore;
import io.plasmafs.namenode.store.StoreSettings;
import io.plasmafs.namenode.ticket.TicketMaker;
import io.plasmafs.testkit.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The engine of a namenode on PostgreSQL, without network and datanodes: each call is one
/// compound. There are no blocks, so contents are as long as those kept with the metadata.
class EngineUnderTest implements FilesystemUnderTest {
  static final int INLINE_LIMIT = 8192;

  private static final int BLOCK_SIZE = 65_536;
  private static final int PAGE = 100;

  /// The engine with what it stands on.
  private static final class Running implements AutoCloseable {
    final PostgresStore store;
    final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    final Engine engine;
    final Thread thread;
    final AtomicLong lastTransaction = new AtomicLong();
    final Map<Principal, EngineUnderTest> views = new ConcurrentHashMap<>();

    Running() {
      TestDatabase database = TestDatabase.create();
      store =
          new PostgresStore(
              StoreSettings.of(
                  database.jdbcUrl(), database.user(), database.password(), "test", BLOCK_SIZE));
      NoBlocks none = new NoBlocks();
      engine =
          new Engine(
              new ClusterDescription("test", BLOCK_SIZE, BLOCK_SIZE, INLINE_LIMIT, 1, 0, 0),
              Set.of("root"),
              EngineLimits.DEFAULT,
              store,
              none,
              none,
              none,
              Clock.systemUTC(),
              System::nanoTime,
              background);
      thread = Thread.ofPlatform().name("engine").start(engine);
      Void unused = await(engine.start());
    }

    @Override
    public void close() {
      engine.close();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      background.close();
      store.close();
    }
  }

  private final Running running;
  private final Session session;

  private EngineUnderTest(Running running, Principal who) {
    this.running = running;
    this.session = running.engine.openSession(who, false);
  }

  private EngineUnderTest(Running running, Session session) {
    this.running = running;
    this.session = session;
  }

  /// A new engine on an empty database.
  static EngineUnderTest start() {
    return new EngineUnderTest(new Running(), ContractCase.ROOT);
  }

  final void stop() {
    running.close();
  }

  private static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /// Which transaction the compounds belong to; 0 for one of their own each.
  long transaction() {
    return 0;
  }

  final List<Outcome> run(Operation... operations) {
    CompletableFuture<Answer> answered = new CompletableFuture<>();
    running.engine.submit(
        session,
        new Compound(transaction(), Optional.empty(), List.of(operations)),
        answered::complete);
    Answer answer = await(answered);
    if (answer.failure().isPresent()) {
      throw answer.failure().get().cause();
    }
    return answer.outcomes();
  }

  private void act(Operation... operations) {
    List<Outcome> unused = run(operations);
  }

  private Attributes attributes(Operation.Stat stat) {
    return ((Outcome.Inode) run(stat).get(0)).attributes();
  }

  @Override
  public FilesystemUnderTest as(Principal who) {
    return running.views.computeIfAbsent(who, principal -> new EngineUnderTest(running, principal));
  }

  @Override
  public TransactionUnderTest begin() {
    return new Within(this);
  }

  @Override
  public Attributes stat(FsPath path) {
    return attributes(new Operation.Stat(Location.of(path), true));
  }

  @Override
  public Attributes lstat(FsPath path) {
    return attributes(new Operation.Stat(Location.of(path), false));
  }

  @Override
  public List<Name> list(FsPath directory) {
    List<Name> names = new ArrayList<>();
    Optional<Name> after = Optional.empty();
    while (true) {
      Outcome.Listing page =
          (Outcome.Listing)
              run(new Operation.ListDirectory(Location.of(directory), after, PAGE, false)).get(0);
      page.entries().forEach(entry -> names.add(entry.name()));
      if (page.complete()) {
        return names;
      }
      after = Optional.of(names.getLast());
    }
  }

  @Override
  public void mkdir(FsPath path, int mode) {
    act(new Operation.MakeDirectory(Location.of(path), mode, false));
  }

  @Override
  public void mkdirs(FsPath path) {
    act(new Operation.MakeDirectory(Location.of(path), 0755, true));
  }

  @Override
  public void unlink(FsPath path) {
    act(new Operation.Unlink(Location.of(path)));
  }

  @Override
  public void rmdir(FsPath path) {
    act(new Operation.RemoveDirectory(Location.of(path)));
  }

  @Override
  public void removeTree(FsPath path) {
    act(new Operation.RemoveTree(Location.of(path)));
  }

  @Override
  public void rename(FsPath from, FsPath to, RenameMode how) {
    act(new Operation.Rename(Location.of(from), Location.of(to), how));
  }

  @Override
  public void link(FsPath existing, FsPath path) {
    act(new Operation.Link(Location.of(existing), Location.of(path)));
  }

  @Override
  public void symlink(FsPath path, LinkTarget target) {
    act(new Operation.MakeSymlink(Location.of(path), target));
  }

  @Override
  public LinkTarget readLink(FsPath path) {
    Outcome.Value value = (Outcome.Value) run(new Operation.ReadLink(Location.of(path))).get(0);
    return LinkTarget.of(value.bytes().toArray());
  }

  @Override
  public void create(FsPath path, int mode) {
    act(new Operation.Create(Location.of(path), CreateMode.EXCLUSIVE, mode, 0));
  }

  @Override
  public void write(FsPath path, byte[] content) {
    act(
        new Operation.Create(Location.of(path), CreateMode.TRUNCATE, 0644, 0),
        new Operation.WriteInline(Location.ofResult(0), Bytes.wrap(content.clone())));
  }

  @Override
  public byte[] read(FsPath path) {
    Outcome.Content content =
        (Outcome.Content) run(new Operation.Read(Location.of(path), true, 0, 16)).get(0);
    byte[] kept =
        switch (content.body()) {
          case Outcome.Body.Inline(Bytes bytes) -> bytes.toArray();
          case Outcome.Body.Blocks blocks -> new byte[0];
        };
    return Arrays.copyOf(kept, (int) content.attributes().size());
  }

  @Override
  public byte[] read(FsPath path, long position, int length) {
    byte[] all = read(path);
    int from = (int) Math.min(position, all.length);
    return Arrays.copyOfRange(all, from, Math.min(all.length, from + length));
  }

  @Override
  public void setAttributes(FsPath path, AttributeChanges changes) {
    act(new Operation.SetAttributes(Location.of(path), true, changes));
  }

  @Override
  public void setXattr(FsPath path, XattrName name, byte[] value, XattrMode how) {
    act(new Operation.SetXattr(Location.of(path), true, how, name, Bytes.wrap(value.clone())));
  }

  @Override
  public byte[] getXattr(FsPath path, XattrName name) {
    return ((Outcome.Value) run(new Operation.GetXattr(Location.of(path), true, name)).get(0))
        .bytes()
        .toArray();
  }

  @Override
  public List<XattrName> listXattrs(FsPath path) {
    return ((Outcome.Names) run(new Operation.ListXattrs(Location.of(path), true)).get(0)).names();
  }

  @Override
  public void removeXattr(FsPath path, XattrName name) {
    act(new Operation.RemoveXattr(Location.of(path), true, name));
  }

  private static final class Within extends EngineUnderTest implements TransactionUnderTest {
    private final long transaction;
    private boolean ended;

    Within(EngineUnderTest outside) {
      super(outside.running, outside.session);
      this.transaction = outside.running.lastTransaction.incrementAndGet();
      List<Outcome> unused = run(new Operation.Begin(Duration.ZERO, Optional.empty()));
    }

    @Override
    long transaction() {
      return transaction;
    }

    @Override
    public void require(FsPath path, Requirement kind, long version) {
      List<Outcome> unused =
          run(
              new Operation.Require(
                  Location.of(path), kind, io.plasmafs.model.InodeId.NONE, version));
    }

    @Override
    public void commit() {
      ended = true;
      List<Outcome> unused = run(new Operation.Commit(Optional.empty()));
    }

    @Override
    public void abort() {
      if (!ended) {
        ended = true;
        List<Outcome> unused = run(new Operation.Abort());
      }
    }
  }

  /// A cluster without datanodes.
  private static final class NoBlocks implements BlockSpace, TicketMaker, EngineObserver {
    @Override
    public List<Extent> reserve(AllocationRequest request) {
      throw new FsException(FsStatus.ENONODE, "there are no datanodes");
    }

    @Override
    public void use(Extent extent) {
      throw new IllegalStateException("nobody was given " + extent);
    }

    @Override
    public void release(Extent extent, Reuse reuse) {
      throw new IllegalStateException("nobody was given " + extent);
    }

    @Override
    public void pin(long transactionKey, Extent extent) {
      throw new IllegalStateException("nobody was given " + extent);
    }

    @Override
    public void unpin(long transactionKey) {}

    @Override
    public long total() {
      return 0;
    }

    @Override
    public long used() {
      return 0;
    }

    @Override
    public long reserved() {
      return 0;
    }

    @Override
    public GrantedExtent grant(Extent extent, Ticket.Right right, long transactionKey) {
      throw new IllegalStateException("nobody was given " + extent);
    }

    @Override
    public void withdraw(long transactionKey) {}

    @Override
    public void epochChanged(long epoch) {}

    @Override
    public void stopped(String reason) {}
  }
}
