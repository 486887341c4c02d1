package io.plasmafs.namenode.registry;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.blocks.ClusterBlocks;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.DatanodeRecord.Order;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.registry.ControlLinks.KeysMessage;
import io.plasmafs.namenode.ticket.HmacTickets;
import io.plasmafs.namenode.ticket.KeyRing;
import io.plasmafs.namenode.ticket.TicketKey;
import io.plasmafs.namenode.ticket.Withdrawals;
import io.plasmafs.namenode.ticket.WriteTickets;
import io.plasmafs.settings.HostAndPort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Knows the datanodes. They announce themselves at start and every second or so; the registry
/// gives each store its number, keeps it in the database, and sends it keys and withdrawals in
/// return. A datanode takes part as soon as it has acknowledged its keys.
///
/// A datanode that was silent for long, that started anew, or that is too far behind with the
/// withdrawals is given fresh keys only: all tickets that were made for it before mean nothing to
/// it then, so nothing needs to be withdrawn one by one. So is one that an operator disables, and
/// no ticket is made with its keys until it is enabled again.
///
/// All state is confined to one thread, the executor given to the constructor; public methods may
/// be called from any. What concerns block map and tickets is run on the engine's thread.
public final class DatanodeRegistry {
  private static final Logger log = LoggerFactory.getLogger(DatanodeRegistry.class);

  /// The most datanodes of a cluster, as many as one message can carry.
  static final int MAX_DATANODES = 4096;

  /// The most keys and withdrawals in one message.
  static final int MAX_KEYS = 64;

  static final int MAX_ENDED = 4096;

  private static final long RETRY_NANOS = 1_000_000_000L;
  private static final Pattern IDENTITY = Pattern.compile("[0-9a-f]{32}");

  private final RegistrySettings settings;
  private final MetadataStore store;
  private final KeyRing keys;
  private final Withdrawals withdrawals;
  private final ControlLinks links;
  private final LongSupplier nanoTime;
  private final Executor thread;
  private final Engine engine;

  private final Map<String, Member> members = new TreeMap<>();

  /// Stores that are being given their numbers, and the end of that.
  private final Map<String, CompletableFuture<Void>> registering = new HashMap<>();

  private final long startedNanos;
  private boolean settled;

  /// What the registry uses on the engine's thread, and only there.
  ///
  /// @param thread runs tasks on the engine's thread
  public record Engine(
      Executor thread, ClusterBlocks blocks, HmacTickets tickets, WriteTickets writers) {}

  /// A registry of the datanodes that are stored; none of them has been heard of yet. The block map
  /// knows them already.
  ///
  /// @param thread runs one task after the other
  public DatanodeRegistry(
      RegistrySettings settings,
      MetadataStore store,
      List<DatanodeRecord> stored,
      KeyRing keys,
      Withdrawals withdrawals,
      ControlLinks links,
      LongSupplier nanoTime,
      Executor thread,
      Engine engine) {
    this.settings = settings;
    this.store = store;
    this.keys = keys;
    this.withdrawals = withdrawals;
    this.links = links;
    this.nanoTime = nanoTime;
    this.thread = thread;
    this.engine = engine;
    this.startedNanos = nanoTime.getAsLong();
    for (DatanodeRecord record : stored) {
      Member member = new Member(record, true);
      member.state = Datanode.State.DEAD;
      members.put(record.identity(), member);
    }
  }

  // ---- what datanodes say

  /// A datanode says that it is there. Fails with [FsException]: EINVAL if it is refused for good,
  /// EUNAVAIL if it may try again.
  public CompletableFuture<Welcome> announce(Announcement said) {
    return CompletableFuture.supplyAsync(() -> accept(said), thread)
        .thenCompose(welcome -> welcome);
  }

  private CompletableFuture<Welcome> accept(Announcement said) {
    check(said);
    Member member = members.get(said.identity());
    if (member == null) {
      return register(said);
    }
    checkIsOnlyOne(member, said);
    if (hasChanged(member.record, said)) {
      return change(member, said).thenApplyAsync(done -> heard(member, said), thread);
    }
    return CompletableFuture.completedFuture(heard(member, said));
  }

  private void check(Announcement said) {
    String who = "the datanode at " + said.address() + " (store " + said.identity() + ")";
    checkBelongs(who, said.cluster(), said.identity(), said.blockSize(), said.sliceSize());
    if (said.blocks() < 1 || said.host().isEmpty() || !said.address().contains(":")) {
      throw refusal(
          who
              + " needs at least one block, a host label and an address host:port; it has "
              + said.blocks()
              + " blocks and the label '"
              + said.host()
              + "'");
    }
  }

  private void checkBelongs(
      String who, String cluster, String identity, int blockSize, int sliceSize) {
    if (!cluster.equals(settings.cluster())) {
      throw refusal(
          who + " belongs to cluster '" + cluster + "', this is '" + settings.cluster() + "'");
    }
    if (!IDENTITY.matcher(identity).matches()) {
      throw refusal(who + " has no proper identity: 32 hexadecimal digits are needed");
    }
    if (blockSize != settings.blockSize() || sliceSize != settings.sliceSize()) {
      throw refusal(
          who
              + " has blocks of "
              + blockSize
              + " bytes in slices of "
              + sliceSize
              + "; this cluster has blocks of "
              + settings.blockSize()
              + " bytes in slices of "
              + settings.sliceSize());
    }
  }

  private static FsException refusal(String message) {
    return new FsException(FsStatus.EINVAL, message);
  }

  /// Two processes cannot have the same store: the second is a copy, or the same one moved; if the
  /// first falls silent it is the latter.
  private void checkIsOnlyOne(Member member, Announcement said) {
    Announcement before = member.announced;
    if (before != null
        && !before.address().equals(said.address())
        && nanoTime.getAsLong() - member.announcedNanos <= settings.suspectAfter().toNanos()) {
      throw new FsException(
          FsStatus.EUNAVAIL,
          "store "
              + said.identity()
              + " is in use at "
              + before.address()
              + " already: the datanode at "
              + said.address()
              + " has a copy of it and must not be run, unless the other one is stopped");
    }
  }

  private Welcome heard(Member member, Announcement said) {
    long now = nanoTime.getAsLong();
    Announcement before = member.announced;
    if (before == null
        || before.start() != said.start()
        || !before.address().equals(said.address())) {
      log.info(
          "{} announces itself, process {} on host {}",
          member.record.id() + " at " + said.address(),
          said.pid(),
          said.host());
      member.tookKeys = false;
      member.needsFreshKeys = true;
      member.nextSendNanos = now;
      if (before != null && !before.address().equals(said.address())) {
        links.forget(before.address());
      }
    }
    if (said.failed() && (before == null || !before.failed())) {
      log.error("{} says that its disk has failed: it is out of service", member.describe());
    }
    member.announced = said;
    member.announcedNanos = now;
    if (!member.tookKeys) {
      sendKeys(member, now);
    }
    review(member, now);
    return new Welcome(member.record.id(), keys.epoch(), settings.heartbeat());
  }

  private CompletableFuture<Welcome> register(Announcement said) {
    beginToRegister(said.identity());
    return enroll(said.identity(), said.host(), said.rack(), said.blocks(), settings.enableNew())
        .thenApplyAsync(member -> heard(member, said), thread);
  }

  private void beginToRegister(String identity) {
    if (members.size() + registering.size() >= MAX_DATANODES) {
      throw new FsException(
          FsStatus.ELIMIT,
          "the cluster has " + MAX_DATANODES + " datanodes, more are not possible");
    }
    if (registering.putIfAbsent(identity, new CompletableFuture<>()) != null) {
      throw new FsException(
          FsStatus.EUNAVAIL, "store " + identity + " is being registered: try again");
    }
  }

  /// Gives a store its number.
  ///
  /// @param enabled whether it is registered at once; otherwise it waits for an operator
  private CompletableFuture<Member> enroll(
      String identity, String host, String rack, long blocks, boolean enabled) {
    return store
        .reserve(MetadataStore.Counter.DATANODE, 1)
        .thenComposeAsync(
            number -> {
              DatanodeRecord record =
                  new DatanodeRecord(
                      new DatanodeId(Math.toIntExact(number)),
                      identity,
                      host,
                      rack,
                      blocks,
                      Order.ENABLED);
              Member member = new Member(record, enabled);
              return (enabled ? save(record) : done())
                  .thenApplyAsync(
                      saved -> {
                        members.put(identity, member);
                        log.info(
                            "store {} with {} blocks is {}{}",
                            identity,
                            blocks,
                            record.id(),
                            enabled ? "" : ", and waits to be enabled");
                        return member;
                      },
                      thread);
            },
            thread)
        .whenCompleteAsync(
            (member, failure) -> {
              CompletableFuture<Void> ended = registering.remove(identity);
              if (ended != null) {
                ended.complete(null);
              }
            },
            thread);
  }

  private static boolean hasChanged(DatanodeRecord record, Announcement said) {
    return !record.host().equals(said.host())
        || !record.rack().equals(said.rack())
        || record.blocks() != said.blocks();
  }

  private CompletableFuture<Void> change(Member member, Announcement said) {
    DatanodeRecord old = member.record;
    DatanodeRecord changed =
        new DatanodeRecord(
            old.id(), old.identity(), said.host(), said.rack(), said.blocks(), old.order());
    if (!member.isRegistered) {
      member.record = changed;
      return done();
    }
    return save(changed)
        .thenRunAsync(
            () -> {
              log.info("{} has changed: {}", member.describe(), changed);
              member.record = changed;
            },
            thread);
  }

  /// The block map takes it first, since it may refuse; then it is stored.
  private CompletableFuture<Void> save(DatanodeRecord record) {
    return CompletableFuture.runAsync(
            () ->
                engine
                    .blocks()
                    .addDatanode(record.id(), record.host(), record.rack(), record.blocks()),
            engine.thread())
        .thenCompose(taken -> store.putDatanode(record));
  }

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  // ---- what datanodes are told

  /// Looks after everything that time brings: to be called several times a second.
  public void tick() {
    thread.execute(this::tickNow);
  }

  private void tickNow() {
    long now = nanoTime.getAsLong();
    if (keys.rotateIfDue()) {
      log.info("tickets are made with {} from now on", keys.newest());
    }
    int newest = keys.newest().id();
    long last = withdrawals.last();
    for (Member member : members.values()) {
      Announcement said = member.announced;
      if (said != null && now >= member.nextSendNanos && isPresent(member, now)) {
        TicketKey had = member.newestKey;
        boolean due =
            !member.tookKeys
                || had == null
                || had.id() < newest
                || member.withdrawnUpTo < last
                || now - member.tookKeysNanos >= settings.keysInterval().toNanos();
        if (due) {
          sendKeys(member, now);
        }
      }
      review(member, now);
    }
    boolean settles = !settled && now - startedNanos >= settings.settleAfter().toNanos();
    settled |= settles;
    engine
        .thread()
        .execute(() -> {
          if (settles) {
            engine.blocks().settled();
          }
          engine.blocks().sweep();
        });
  }

  private boolean isPresent(Member member, long now) {
    return member.isRegistered && now - member.announcedNanos <= settings.deadAfter().toNanos();
  }

  private void sendKeys(Member member, long now) {
    Announcement said = member.announced;
    if (said == null || member.isSending || !isPresent(member, now) || now < member.nextSendNanos) {
      return;
    }
    Optional<long[]> behind =
        member.needsFreshKeys
            ? Optional.empty()
            : withdrawals.after(member.withdrawnUpTo, MAX_ENDED);
    long[] ended = behind.orElse(new long[0]);
    if (behind.isEmpty()) {
      // In this order: a transaction that ends after this line is withdrawn by the next message;
      // one that ended before it has no ticket of a key that the member is given.
      member.withdrawnUpTo = withdrawals.last();
      member.firstKey = freshKey(member).id();
      member.needsFreshKeys = false;
      member.tookKeys = false;
      member.startsAfresh = true;
    }
    long upTo = member.withdrawnUpTo + ended.length;
    List<TicketKey> good = new ArrayList<>(keys.good());
    good.removeIf(key -> key.id() < member.firstKey);
    List<TicketKey> sent = good.subList(Math.max(0, good.size() - MAX_KEYS), good.size());
    KeysMessage message =
        new KeysMessage(
            said.address(),
            said.identity(),
            said.start(),
            member.record.id(),
            keys.epoch(),
            sent,
            LongStream.of(ended).boxed().toList());
    member.isSending = true;
    member.newestSent = sent.get(sent.size() - 1).id();
    links
        .sendKeys(message)
        .whenCompleteAsync(
            (nothing, failure) -> keysAnswered(member, message, upTo, failure), thread);
  }

  /// A key that no ticket for this member was ever made with.
  private TicketKey freshKey(Member member) {
    TicketKey newest = keys.newest();
    return newest.id() > member.newestSent ? newest : keys.rotate();
  }

  private void keysAnswered(
      Member member, KeysMessage message, long upTo, @Nullable Throwable failure) {
    long now = nanoTime.getAsLong();
    member.isSending = false;
    member.startsAfresh = false;
    Announcement said = member.announced;
    if (said == null
        || said.start() != message.start()
        || !said.address().equals(message.address())) {
      return; // whatever it was: the keys of who is there now are due already
    }
    if (failure != null) {
      Throwable cause = rootCause(failure);
      if (cause instanceof FsException fs && fs.status() == FsStatus.EUNAVAIL) {
        // It has started anew and will announce itself: then it is given fresh keys. Until then
        // nothing is known to have changed, and asking again is harmless.
        member.nextSendNanos = now + RETRY_NANOS;
        review(member, now);
        return;
      }
      String trouble =
          cause instanceof FsException fs
              ? fs.status() + " " + fs.getMessage()
              : "" + cause.getMessage();
      if (!trouble.equals(member.trouble)) {
        log.warn("{} did not take its keys: {}", member.describe(), trouble);
        member.trouble = trouble;
      }
      member.nextSendNanos = now + RETRY_NANOS;
      // It cannot remember all whose tickets are withdrawn. With new keys alone it need not.
      member.needsFreshKeys |= cause instanceof FsException fs && fs.status() == FsStatus.ELIMIT;
      review(member, now);
      return;
    }
    boolean isStale =
        message.epoch() != keys.epoch()
            || message.keys().isEmpty()
            || member.needsFreshKeys
            || !members.containsKey(member.record.identity());
    if (isStale) {
      return;
    }
    if (!member.trouble.isEmpty()) {
      log.info("{} takes its keys again", member.describe());
      member.trouble = "";
    }
    TicketKey newest = message.keys().get(message.keys().size() - 1);
    member.withdrawnUpTo = upTo;
    member.newestKey = newest;
    member.tookKeys = true;
    member.tookKeysNanos = now;
    DatanodeId id = member.record.id();
    boolean makesTickets = member.record.order() != Order.DISABLED;
    engine
        .thread()
        .execute(() -> {
          if (makesTickets) {
            engine.tickets().use(id, newest);
          }
          engine.writers().acknowledged(id, upTo);
        });
    review(member, now);
    if (message.ended().size() == MAX_ENDED) {
      sendKeys(member, now); // there are probably more
    }
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null
        && cause.getMessage() != null
        && cause.getMessage().startsWith(cause.getCause().getClass().getName())) {
      cause = cause.getCause();
    }
    return cause;
  }

  /// Notices that a member's state has changed, and lets the block map know.
  private void review(Member member, long now) {
    Datanode.State before = member.state;
    Datanode.State after = member.stateAt(now, settings);
    if (before == after) {
      return;
    }
    member.state = after;
    if (after == Datanode.State.DEAD) {
      member.tookKeys = false;
      member.needsFreshKeys |= !member.startsAfresh;
    }
    log.info("{} is {}, was {}", member.describe(), after, before);
    DatanodeId id = member.record.id();
    boolean allocatable = after == Datanode.State.ALIVE;
    engine.thread().execute(() -> engine.blocks().allocatable(id, allocatable));
  }

  /// The coordinator acts under a new epoch: all keys of the old one are worthless as soon as the
  /// datanodes hear of it.
  public void startEpoch(long epoch) {
    thread.execute(() -> {
      if (epoch != keys.epoch()) {
        keys.startEpoch(epoch);
        long now = nanoTime.getAsLong();
        for (Member member : members.values()) {
          member.needsFreshKeys = true;
          member.nextSendNanos = now;
        }
        tickNow();
      }
    });
  }

  // ---- what operators ask and order

  /// All datanodes, in the order of their numbers, as they are now.
  public CompletableFuture<List<Datanode>> datanodes() {
    return CompletableFuture.supplyAsync(this::members, thread)
        .thenApplyAsync(
            shown -> {
              List<Datanode> result = new ArrayList<>(shown.size());
              for (Datanode datanode : shown) {
                Optional<ClusterBlocks.Usage> usage = engine.blocks().usageOf(datanode.id());
                result.add(usage.map(u -> withUsage(datanode, u)).orElse(datanode));
              }
              return result;
            },
            engine.thread());
  }

  private List<Datanode> members() {
    long now = nanoTime.getAsLong();
    List<Datanode> shown = new ArrayList<>(members.size());
    for (Member member : members.values()) {
      Announcement said = member.announced;
      DatanodeRecord record = member.record;
      shown.add(
          new Datanode(
              record.id(),
              record.identity(),
              said == null ? "" : said.address(),
              said == null ? "" : said.local(),
              record.host(),
              record.rack(),
              member.stateAt(now, settings),
              record.blocks(),
              0,
              0,
              member.silenceMillis(now),
              said == null ? 0 : said.pid()));
    }
    shown.sort((a, b) -> a.id().compareTo(b.id()));
    return shown;
  }

  private static Datanode withUsage(Datanode datanode, ClusterBlocks.Usage usage) {
    return new Datanode(
        datanode.id(),
        datanode.identity(),
        datanode.address(),
        datanode.local(),
        datanode.host(),
        datanode.rack(),
        datanode.state(),
        datanode.blocks(),
        usage.used(),
        usage.reserved(),
        datanode.heartbeatAgeMillis(),
        datanode.pid());
  }

  /// An operator enables, disables or drains a datanode. Durable when the future completes. Fails
  /// with [FsException] ENOENT if there is none with this identity.
  public CompletableFuture<Void> order(String identity, Order order) {
    return CompletableFuture.supplyAsync(
            () -> {
              Member member = memberOf(identity);
              DatanodeRecord old = member.record;
              DatanodeRecord ordered =
                  new DatanodeRecord(
                      old.id(), identity, old.host(), old.rack(), old.blocks(), order);
              return save(ordered)
                  .thenRunAsync(
                      () -> {
                        long now = nanoTime.getAsLong();
                        member.record = ordered;
                        member.isRegistered = true;
                        member.nextSendNanos = now;
                        if (order == Order.DISABLED) {
                          // of a key that no ticket is made with: all that it admits is over
                          member.tookKeys = false;
                          member.needsFreshKeys = true;
                          stopTickets(member);
                        } else if (old.order() == Order.DISABLED) {
                          member.tookKeys = false;
                        }
                        log.info("{} was ordered to be {}", member.describe(), order);
                        review(member, now);
                        sendKeys(member, now);
                      },
                      thread);
            },
            thread)
        .thenCompose(saved -> saved);
  }

  /// An operator takes the datanode that serves at this address into the cluster, whether it has
  /// announced itself already or not. Durable when the future completes. Fails with [FsException]
  /// EUNAVAIL if nobody answers there, EINVAL if it belongs elsewhere, EEXIST if it is part of the
  /// cluster already.
  ///
  /// @param address host:port
  public CompletableFuture<DatanodeRecord> add(String address) {
    return links.identify(address).thenComposeAsync(found -> add(address, found), thread);
  }

  private CompletableFuture<DatanodeRecord> add(String address, ControlLinks.Identity found) {
    String who = "the datanode at " + address + " (store " + found.identity() + ")";
    try {
      checkBelongs(who, found.cluster(), found.identity(), found.blockSize(), found.sliceSize());
    } catch (FsException e) {
      links.forget(address);
      throw e;
    }
    CompletableFuture<Void> announced = registering.get(found.identity());
    if (announced != null) {
      return announced.thenComposeAsync(ended -> add(address, found), thread);
    }
    Member member = members.get(found.identity());
    if (member == null) {
      beginToRegister(found.identity());
      // until it announces itself and says better
      String host = HostAndPort.parse(address).host();
      return enroll(found.identity(), host, "", found.blocks(), true)
          .thenApply(added -> added.record);
    }
    if (member.isRegistered) {
      throw new FsException(
          FsStatus.EEXIST, who + " is part of the cluster already, as " + member.record.id());
    }
    return order(found.identity(), Order.ENABLED).thenApplyAsync(done -> member.record, thread);
  }

  /// An operator takes a datanode out of the cluster. It must be stopped, and hold no blocks of
  /// files: EINVAL, ENOTEMPTY otherwise; ENOENT if there is none with this identity.
  public CompletableFuture<Void> remove(String identity) {
    return CompletableFuture.supplyAsync(
            () -> {
              Member member = memberOf(identity);
              if (member.announced != null
                  && nanoTime.getAsLong() - member.announcedNanos
                      <= settings.suspectAfter().toNanos()) {
                throw refusal(
                    member.describe()
                        + " said "
                        + member.silenceMillis(nanoTime.getAsLong())
                        + " ms ago that it is running, and would register itself again: stop it"
                        + " first, and remove it after "
                        + settings.suspectAfter().toMillis()
                        + " ms of silence");
              }
              DatanodeId id = member.record.id();
              return CompletableFuture.runAsync(
                      () -> {
                        engine.blocks().removeDatanode(id);
                        engine.tickets().forget(id);
                        engine.writers().forget(id);
                      },
                      engine.thread())
                  .thenCompose(
                      taken -> member.isRegistered ? store.deleteDatanode(member.record) : done())
                  .thenRunAsync(
                      () -> {
                        members.remove(identity);
                        if (member.announced != null) {
                          links.forget(member.announced.address());
                        }
                        log.info("{} was removed", member.describe());
                      },
                      thread);
            },
            thread)
        .thenCompose(removed -> removed);
  }

  private void stopTickets(Member member) {
    DatanodeId id = member.record.id();
    engine.thread().execute(() -> engine.tickets().forget(id));
  }

  private Member memberOf(String identity) {
    Member member = members.get(identity);
    if (member == null) {
      throw new FsException(FsStatus.ENOENT, "there is no datanode with the store " + identity);
    }
    return member;
  }
}
