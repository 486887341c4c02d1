package io.plasmafs.datanode.server;

import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcException;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.announce_result;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the coordinator again and again where this datanode is. Which of the namenodes is
/// coordinator it finds out by asking one after the other; the one that took the last announcement
/// is asked first. Has a thread of its own.
public final class Announcer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
  private static final long MIN_PAUSE_MILLIS = 50;
  private static final long MAX_PAUSE_MILLIS = 5_000;
  private static final long REFUSED_PAUSE_MILLIS = 30_000;

  private final RpcTransport transport;
  private final List<SocketAddress> namenodes;
  private final RpcLimits limits;
  private final ControlProof proof;
  private final Supplier<announce_args> announcement;
  private final RandomGenerator random;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  // Of the thread.
  private int current;
  private @Nullable RpcClient connection;
  private long backOffMillis = MIN_PAUSE_MILLIS;
  private String lastTrouble = "";

  /// Ready to be started.
  ///
  /// @param namenodes none: nothing is ever announced
  /// @param announcement what to say, without its proof
  /// @param random spreads attempts
  public Announcer(
      RpcTransport transport,
      List<? extends SocketAddress> namenodes,
      ControlProof proof,
      Supplier<announce_args> announcement,
      RandomGenerator random) {
    this.transport = transport;
    this.namenodes = List.copyOf(namenodes);
    this.limits =
        RpcLimits.defaults()
            .withMaxRecordBytes(1 << 16)
            .withClientTimeouts(Duration.ofSeconds(2), Duration.ofSeconds(5));
    this.proof = proof;
    this.announcement = announcement;
    this.random = random;
    this.thread = Thread.ofPlatform().name("announcer").daemon().unstarted(this::run);
  }

  /// Begins.
  public void start() {
    if (!namenodes.isEmpty()) {
      thread.start();
    }
  }

  private void run() {
    try {
      long pause = 0;
      while (!stopped.await(pause, TimeUnit.MILLISECONDS)) {
        pause = announce();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  /// @return milliseconds to wait now
  private long announce() {
    try {
      RpcClient client = connection;
      if (client == null || !client.isOpen()) {
        client =
            RpcClient.connect(transport, namenodes.get(current), limits, Credentials.NONE).join();
        connection = client;
      }
      announce_args arguments = announcement.get();
      proof.sign(arguments);
      announce_result result =
          client
              .call(Programs.REGISTRY, Programs.Registry.ANNOUNCE, arguments, announce_result::new)
              .join();
      return heard(result);
    } catch (CompletionException | RpcException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return elsewhere(String.valueOf(cause.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("Announcing failed in a way that it should not", e);
      return elsewhere(e.toString());
    }
  }

  private long heard(announce_result result) {
    if (result.status == FsStatus.OK.code()) {
      if (!lastTrouble.isEmpty() || backOffMillis > MIN_PAUSE_MILLIS) {
        LOG.info("Known to the coordinator at {} again", namenode());
      }
      lastTrouble = "";
      backOffMillis = MIN_PAUSE_MILLIS;
      return Math.clamp(result.next_millis, MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS);
    }
    if (result.status == FsStatus.EINVAL.code()) {
      LOG.error("The coordinator refuses this datanode: {}", result.message);
      return REFUSED_PAUSE_MILLIS;
    }
    return elsewhere(
        FsStatus.ofCode(result.status).map(FsStatus::text).orElse("status " + result.status)
            + (result.message.isEmpty() ? "" : ": " + result.message));
  }

  private String namenode() {
    return RpcClient.describe(namenodes.get(current));
  }

  /// Turns to the next namenode; after a full round of them waits longer.
  private long elsewhere(String trouble) {
    if (!trouble.equals(lastTrouble)) {
      LOG.info("Not announced at {}: {}", namenode(), trouble);
      lastTrouble = trouble;
    }
    disconnect();
    current = (current + 1) % namenodes.size();
    if (current != 0) {
      return MIN_PAUSE_MILLIS;
    }
    backOffMillis = Math.min(MAX_PAUSE_MILLIS, backOffMillis * 2);
    return backOffMillis / 2 + random.nextLong(backOffMillis / 2);
  }

  private void disconnect() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }

  /// Falls silent; returns when the thread has ended.
  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
