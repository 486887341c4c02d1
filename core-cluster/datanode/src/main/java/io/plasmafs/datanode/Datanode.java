package io.plasmafs.datanode;

import io.netty.util.internal.PlatformDependent;
import io.plasmafs.datanode.server.Announcer;
import io.plasmafs.datanode.server.BlockService;
import io.plasmafs.datanode.server.ControlService;
import io.plasmafs.datanode.server.Forwarding;
import io.plasmafs.datanode.server.Traffic;
import io.plasmafs.datanode.store.BlockStore;
import io.plasmafs.datanode.store.Disk;
import io.plasmafs.datanode.store.Scrubber;
import io.plasmafs.datanode.ticket.KeyRing;
import io.plasmafs.oncrpc.Authenticator;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcServer;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.RecentNonces;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.settings.HostAndPort;
import io.plasmafs.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running datanode, in a process of its own or within another.
public final class Datanode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Datanode.class);

  /// 16 MiB of data, and what is around them.
  private static final int RECORD_BYTES = 17 << 20;

  /// What clients send at a time.
  private static final int PIECE_BYTES = 1 << 20;

  /// Answers are files that wait in the page cache; this counts them as if they were memory.
  private static final int UNDELIVERED_BYTES = 32 << 20;

  private static final int CALLS_IN_FLIGHT = 1024;

  /// Of 1 KiB and 8,192 transactions each, which are remembered for 35 minutes at most: enough for
  /// thirty thousand transactions a second.
  private static final int ENDED_PAGES = 8192;

  private static final int NONCES = 65_536;

  private final Deque<AutoCloseable> parts;
  private final BlockStore store;
  private final RpcServer server;

  /// Tells this start from all others.
  private final long start;

  private final AtomicBoolean closed = new AtomicBoolean();

  private Datanode(Deque<AutoCloseable> parts, BlockStore store, RpcServer server, long start) {
    this.parts = parts;
    this.store = store;
    this.server = server;
    this.start = start;
  }

  /// Starts; returns when it serves.
  ///
  /// @throws IOException if the store is refused or an address cannot be taken; the message is one
  ///   line for the operator
  public static Datanode start(DatanodeConfig config) throws IOException {
    return start(config, Disk.local());
  }

  /// Starts on another disk than that of the machine.
  ///
  /// @throws IOException as [#start(DatanodeConfig)]
  public static Datanode start(DatanodeConfig config, Disk disk) throws IOException {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      return start(config, disk, parts);
    } catch (IOException | RuntimeException e) {
      closeAll(parts);
      throw e;
    }
  }

  private static Datanode start(DatanodeConfig config, Disk disk, Deque<AutoCloseable> parts)
      throws IOException {
    SecureRandom random = new SecureRandom();
    long start = random.nextLong();
    ControlProof proof = new ControlProof(config.secret(), InstantSource.system(), random);
    BlockStore store =
        open(parts, BlockStore.open(config.volumes(), config.cluster(), config.identity(), disk));
    RpcTransport transport = open(parts, RpcTransport.open(config.networkThreads()));

    KeyRing keys = new KeyRing(config.cluster(), ENDED_PAGES, System::nanoTime);
    Traffic traffic = new Traffic();
    RpcLimits limits = limits(config);
    Forwarding forwarding =
        open(
            parts,
            new Forwarding(
                transport,
                RpcLimits.defaults()
                    .withMaxRecordBytes(RECORD_BYTES)
                    .withClientTimeouts(Duration.ofSeconds(5), config.forwardTimeout())));
    BlockService blocks =
        open(
            parts,
            new BlockService(
                store, keys, forwarding, traffic, config.diskThreads(), config.localFiles()));
    RpcServer[] served = new RpcServer[1];
    ControlService control =
        open(
            parts,
            new ControlService(
                store,
                keys,
                proof,
                new RecentNonces(NONCES),
                new RecentNonces(NONCES), // of keys: many questions must not keep them away
                start,
                traffic,
                () -> served[0] == null ? 0 : served[0].connections()));

    List<SocketAddress> addresses = new ArrayList<>();
    InetSocketAddress listen = config.listen().unresolved();
    addresses.add(new InetSocketAddress(listen.getHostString(), listen.getPort()));
    config.socket().ifPresent(path -> addresses.add(UnixDomainSocketAddress.of(path)));
    RpcServer server =
        open(
            parts,
            RpcServer.bind(
                transport,
                addresses,
                List.of(blocks.program(), control.program()),
                limits,
                Authenticator.ANY));
    served[0] = server;
    open(parts, new Scrubber(store, config.scrubBytesPerSecond(), config.scrubPause()));

    Datanode datanode = new Datanode(parts, store, server, start);
    Announcer announcer =
        open(
            parts,
            new Announcer(
                transport,
                config.namenodes().stream().map(HostAndPort::unresolved).toList(),
                proof,
                () -> datanode.announcement(config),
                random));
    announcer.start();
    return datanode;
  }

  private static RpcLimits limits(DatanodeConfig config) {
    // See DatanodeConfig.
    long all = config.connections() * ((long) config.connectionBytes() + PIECE_BYTES);
    long received = Math.min(all, PlatformDependent.maxDirectMemory() / 2);
    return RpcLimits.defaults()
        .withMaxRecordBytes(RECORD_BYTES)
        .withInFlight(CALLS_IN_FLIGHT, config.connectionBytes())
        .withMaxUndeliveredBytes(UNDELIVERED_BYTES)
        .withServer(config.connections(), Math.max(received, 2L * RECORD_BYTES));
  }

  private static <T extends AutoCloseable> T open(Deque<AutoCloseable> parts, T part) {
    parts.push(part);
    return part;
  }

  private announce_args announcement(DatanodeConfig config) {
    announce_args result = new announce_args();
    result.cluster = store.cluster();
    result.identity = store.identity();
    result.address = config.address().orPort(port()).toString();
    result.local = config.socket().map(path -> "unix:" + path).orElse("");
    result.host = config.host();
    result.rack = config.rack();
    result.blocks = store.blocks();
    result.block_size = store.geometry().blockSize();
    result.slice_size = store.geometry().sliceSize();
    result.pid = (int) ProcessHandle.current().pid();
    result.start = start;
    result.failed = store.failure().isPresent();
    return result;
  }

  /// The TCP port it listens at.
  public int port() {
    return ((InetSocketAddress) server.addresses().get(0)).getPort();
  }

  /// Identity of its store: 32 hexadecimal digits.
  public String identity() {
    return store.identity();
  }

  /// The number that tells this start from all others.
  long startNumber() {
    return start;
  }

  /// Number of connections to it now.
  public int connections() {
    return server.connections();
  }

  /// Stops serving, makes everything stable, and gives the store free. Returns when that is done.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      closeAll(parts);
    }
  }

  private static void closeAll(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        LOG.error("A part of the datanode cannot be closed", e);
      }
    }
  }

  /// Runs a datanode until the process is told to end: `[--config FILE] [--KEY=VALUE]...`, with the
  /// keys of [DatanodeConfig]. Says one line on standard output when it serves; says one line on
  /// standard error and exits with 1 if it cannot.
  public static void main(String[] arguments) {
    try {
      Datanode datanode = start(DatanodeConfig.of(Settings.ofArguments(arguments)));
      CountDownLatch ended = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("stop")
                  .unstarted(() -> {
                    datanode.close();
                    ended.countDown();
                  }));
      System.out.println("datanode " + datanode.identity() + " serves at port " + datanode.port());
      ended.await();
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("datanode: " + e.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
