package io.plasmafs.namenode;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.blocks.ClusterBlocks;
import io.plasmafs.namenode.blocks.Generations;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.engine.EngineLimits;
import io.plasmafs.namenode.engine.EngineObserver;
import io.plasmafs.namenode.fsck.Fsck;
import io.plasmafs.namenode.job.Jobs;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.namenode.registry.RegistrySettings;
import io.plasmafs.namenode.repair.Balancer;
import io.plasmafs.namenode.repair.RepairFigures;
import io.plasmafs.namenode.repair.Repairer;
import io.plasmafs.namenode.repair.RunCopier;
import io.plasmafs.namenode.repair.SiteWatch;
import io.plasmafs.namenode.server.AdminProgram;
import io.plasmafs.namenode.server.ClusterFacts;
import io.plasmafs.namenode.server.CoordinationProgram;
import io.plasmafs.namenode.server.FilesystemProgram;
import io.plasmafs.namenode.server.JobCalls;
import io.plasmafs.namenode.server.RegistryProgram;
import io.plasmafs.namenode.server.RpcControlLinks;
import io.plasmafs.namenode.server.RpcRepairLinks;
import io.plasmafs.namenode.store.PostgresStore;
import io.plasmafs.namenode.store.StoreSettings;
import io.plasmafs.namenode.ticket.HmacTickets;
import io.plasmafs.namenode.ticket.KeyRing;
import io.plasmafs.namenode.ticket.Withdrawals;
import io.plasmafs.namenode.ticket.WriteTickets;
import io.plasmafs.oncrpc.Authenticator;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcServer;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.RecentNonces;
import io.plasmafs.settings.HostAndPort;
import io.plasmafs.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running namenode: the graph of its objects, built in the order in which they need each other.
///
/// It takes calls from the moment at which [#start] returns, and not before: then the database has
/// been opened under a new epoch, and the block map is complete.
public final class Namenode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Namenode.class);

  private static final int MAX_RECORD_BYTES = 16 << 20;
  private static final int GENERATIONS_AT_A_TIME = 1 << 16;

  /// Of announcements: enough for the 4,096 datanodes of the largest cluster that announce
  /// themselves each second, for the eleven minutes for which a nonce may have to be remembered,
  /// and for half as many again. As many would take up to 96 MiB; those of 1,000 datanodes take
  /// about 7.
  static final int NONCES = 1 << 22;

  private static final Duration CLOCK_MARGIN = Duration.ofMinutes(1);
  private static final Duration KEYS_INTERVAL = Duration.ofSeconds(5);
  private static final Duration SETTLE = Duration.ofSeconds(10);
  private static final Duration CONTROL_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration JOB_ABANDONED = Duration.ofSeconds(30);
  private static final long TICK_MILLIS = 200;

  private final Deque<AutoCloseable> toClose;
  private final CompletableFuture<String> stopped = new CompletableFuture<>();
  private volatile boolean closing;
  private final int port;
  private final String address;

  private Namenode(NamenodeConfig config, Deque<AutoCloseable> opened) throws IOException {
    this.toClose = opened;
    ClusterDescription description = config.description();
    Clock clock = Clock.systemUTC();
    SecureRandom random = new SecureRandom();
    ControlProof proof = new ControlProof(config.secret(), clock, random);

    PostgresStore store =
        closing(
            new PostgresStore(
                StoreSettings.of(
                        config.databaseUrl(),
                        config.databaseUser(),
                        config.databasePassword(),
                        description.name(),
                        description.blockSize())
                    .withPatience(config.databasePatience())));
    // Blocks and tickets: all of the engine's thread, once that runs.
    Withdrawals withdrawals = new Withdrawals();
    WriteTickets writers = new WriteTickets(clock, CLOCK_MARGIN, withdrawals);
    Generations generations =
        new Generations(
            count -> store.reserve(MetadataStore.Counter.GENERATION, count), GENERATIONS_AT_A_TIME);
    ClusterBlocks blocks =
        new ClusterBlocks(
            generations, writers, new SplittableRandom(random.nextLong()), config.blocks());
    HmacTickets tickets =
        new HmacTickets(description.name(), clock, config.ticketLifetime(), writers);

    // The engine opens the store; before it serves, it tells its epoch, and the blocks are loaded.
    List<DatanodeRecord> datanodes = new ArrayList<>();
    Observer observer =
        new Observer(() -> {
          generations.begin();
          datanodes.addAll(store.datanodes());
          loadBlocks(store, datanodes, blocks);
        });
    ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    closing(background::shutdownNow);
    Engine engine =
        new Engine(
            description,
            config.superusers(),
            EngineLimits.DEFAULT.withCacheBytes(config.cacheBytes()),
            store,
            blocks,
            tickets,
            observer,
            clock,
            System::nanoTime,
            background);
    Thread engineThread = Thread.ofPlatform().name("engine").start(engine);
    AutoCloseable stopEngine =
        closing(() -> {
          engine.close();
          engineThread.join();
        });
    await(engine.start());
    await(observer.loaded);
    log.info(
        "cluster '{}': the database is open under epoch {}, last commit {}",
        description.name(),
        engine.epoch(),
        engine.sequence());
    KeyRing keys =
        new KeyRing(clock, random, engine.epoch(), config.keyInterval(), config.ticketLifetime());

    RpcTransport transport = closing(RpcTransport.open(config.networkThreads()));
    ScheduledExecutorService registryThread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("registry").daemon().factory());
    closing(registryThread::shutdownNow);
    RpcControlLinks links =
        closing(
            new RpcControlLinks(
                transport,
                RpcLimits.defaults()
                    .withMaxRecordBytes(1 << 20)
                    .withClientTimeouts(CONTROL_TIMEOUT, CONTROL_TIMEOUT),
                proof,
                clock,
                description.name()));
    DatanodeRegistry registry =
        new DatanodeRegistry(
            registrySettings(config, description),
            store,
            datanodes,
            keys,
            withdrawals,
            links,
            System::nanoTime,
            registryThread,
            new DatanodeRegistry.Engine(engine::execute, blocks, tickets, writers));
    observer.registry.set(registry);
    registry.startEpoch(engine.epoch()); // it may have changed meanwhile
    registryThread.scheduleWithFixedDelay(
        registry::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);

    // Repair, and the long work of operators.
    RpcRepairLinks repairLinks = new RpcRepairLinks(links, proof);
    RepairFigures figures = new RepairFigures();
    SiteWatch sites = new SiteWatch(config.repair().after(), System::nanoTime);
    RunCopier copier =
        new RunCopier(description.blockSize(), engine, blocks, tickets, repairLinks, figures);
    Repairer repairer =
        closing(
            new Repairer(
                config.repair(),
                description.blockSize(),
                store,
                engine,
                registry,
                sites,
                repairLinks,
                copier,
                figures));
    observer.repairer.set(repairer);
    Jobs jobs = closing(new Jobs(JOB_ABANDONED));
    registryThread.scheduleWithFixedDelay(jobs::sweep, 1, 1, TimeUnit.SECONDS);
    JobCalls jobCalls =
        new JobCalls(
            jobs,
            new Fsck(
                store,
                store::audit,
                engine,
                blocks.audit(),
                registry,
                sites,
                repairLinks,
                repairer,
                description.blockSize()),
            new Balancer(
                description.blockSize(), store, engine, registry, sites, repairLinks, copier),
            background);

    // The address that clients are told may have the port that only the server knows.
    AtomicReference<String> told = new AtomicReference<>("");
    ClusterFacts facts = new ClusterFacts(description, told::get, engine);
    RpcServer server =
        closing(
            RpcServer.bind(
                transport,
                listening(config),
                List.of(
                    new CoordinationProgram(facts, registry).program(),
                    new FilesystemProgram(engine).program(),
                    new RegistryProgram(
                            registry,
                            proof,
                            new RecentNonces(NONCES),
                            (int) config.suspectAfter().toMillis())
                        .program(),
                    new AdminProgram(
                            facts, engine, registry, figures, jobCalls, config.superusers())
                        .program()),
                RpcLimits.defaults()
                    .withMaxRecordBytes(MAX_RECORD_BYTES)
                    .withInFlight(config.connectionCalls(), MAX_RECORD_BYTES)
                    .withServer(config.connections(), config.receivedBytes()),
                Authenticator.ANY,
                engine::lend));
    // Before the connections are closed everyone is answered.
    closing(stopEngine);
    this.port = ((InetSocketAddress) server.addresses().get(0)).getPort();
    this.address = config.address().orPort(port).toString();
    told.set(address);
    log.info("ready: coordinator of cluster '{}' at {}", description.name(), address);
  }

  /// Starts a namenode; returns when it is ready.
  ///
  /// @throws IOException if a file cannot be read or an address cannot be bound
  /// @throws io.plasmafs.namenode.metadata.StoreException if the database cannot be used
  public static Namenode start(NamenodeConfig config) throws IOException {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    try {
      return new Namenode(config, opened);
    } catch (IOException | RuntimeException e) {
      closeAll(opened);
      throw e;
    }
  }

  /// Waits, and throws what was thrown.
  private static void await(CompletableFuture<Void> start) {
    try {
      start.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static void loadBlocks(
      MetadataStore store, List<DatanodeRecord> datanodes, ClusterBlocks blocks) {
    for (DatanodeRecord datanode : datanodes) {
      blocks.addDatanode(datanode.id(), datanode.host(), datanode.rack(), datanode.blocks());
    }
    ClusterBlocks.Loading loading = blocks.load();
    store.scanExtents(loading::visit);
    loading.finish();
  }

  private static RegistrySettings registrySettings(
      NamenodeConfig config, ClusterDescription description) {
    return new RegistrySettings(
        description.name(),
        description.blockSize(),
        description.sliceSize(),
        config.enableNewDatanodes(),
        config.heartbeat(),
        config.suspectAfter(),
        config.deadAfter(),
        KEYS_INTERVAL,
        SETTLE);
  }

  private static List<SocketAddress> listening(NamenodeConfig config) {
    List<SocketAddress> addresses = new ArrayList<>();
    HostAndPort listen = config.listen();
    addresses.add(new InetSocketAddress(listen.host(), listen.port()));
    config.socket().map(UnixDomainSocketAddress::of).ifPresent(addresses::add);
    return addresses;
  }

  /// Passes on what the engine notices, once there is somebody to pass it to.
  private final class Observer implements EngineObserver {
    private final AtomicReference<@Nullable DatanodeRegistry> registry = new AtomicReference<>();
    private final AtomicReference<@Nullable Repairer> repairer = new AtomicReference<>();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final Runnable load;

    /// @param load what is to be done on the engine's thread before it serves
    Observer(Runnable load) {
      this.load = load;
    }

    @Override
    public void epochChanged(long epoch) {
      if (!loaded.isDone()) {
        try {
          load.run();
          loaded.complete(null);
        } catch (RuntimeException e) {
          loaded.completeExceptionally(e);
        }
      }
      DatanodeRegistry known = registry.get();
      if (known != null) {
        log.warn("coordinator under a new epoch, {}", epoch);
        known.startEpoch(epoch);
      }
    }

    @Override
    public void replicationChanged(InodeId inode, long sequence) {
      Repairer known = repairer.get();
      if (known != null) {
        known.notice(inode, sequence);
      }
    }

    @Override
    public void stopped(String reason) {
      if (closing) {
        return;
      }
      log.error("the engine has stopped: {}", reason);
      stopped.complete(reason);
    }
  }

  private <T extends AutoCloseable> T closing(T resource) {
    toClose.push(resource);
    return resource;
  }

  /// The TCP port that it listens at.
  public int port() {
    return port;
  }

  /// Host:port at which clients find it.
  public String address() {
    return address;
  }

  /// Completes with the reason if the namenode can no longer be coordinator: another one is, or its
  /// database is damaged. It must then be closed.
  public CompletionStage<String> stopped() {
    return stopped.minimalCompletionStage();
  }

  /// Ends it in order: no more calls are taken, what is being committed is committed, open
  /// transactions are aborted.
  @Override
  public void close() {
    closing = true;
    closeAll(toClose);
  }

  /// The last that was opened is closed first.
  private static void closeAll(Deque<AutoCloseable> toClose) {
    while (!toClose.isEmpty()) {
      try {
        toClose.pop().close();
      } catch (Exception e) {
        log.warn("something could not be closed", e);
      }
    }
  }

  /// Runs a namenode until it is told to stop by a signal: `[--config FILE] [--KEY=VALUE]...`, with
  /// the keys of [NamenodeConfig]. Ends with 1 if it cannot start or must stop.
  public static void main(String[] arguments) {
    NamenodeConfig config;
    Namenode namenode;
    try {
      config = NamenodeConfig.of(Settings.ofArguments(arguments));
      namenode = start(config);
    } catch (IOException | RuntimeException e) {
      log.debug("cannot start", e);
      System.err.println("plasma namenode: " + e.getMessage());
      System.exit(1);
      return;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  log.info("stopping");
                  namenode.close();
                },
                "stop"));
    namenode.stopped().toCompletableFuture().join();
    System.exit(1);
  }
}
