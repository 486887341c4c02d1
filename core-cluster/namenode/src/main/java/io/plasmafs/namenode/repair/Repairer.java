package io.plasmafs.namenode.repair;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.namenode.blocks.AllocationRequest;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.blocks.BlockSpace.Reuse;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.namenode.ticket.TicketMaker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks in rounds for runs of blocks that have not the replicas which they should have, and mends
/// them: first what is nearest to being lost.
///
/// A round looks at the datanodes; if one is lost, is to be emptied, or has damaged blocks, or if
/// it is time for it, at all files, page by page; at such times it also compares what datanodes say
/// that they hold with what they should hold. Then it mends the most urgent runs:
///
/// ```
///  reserve blocks --> have them copied, part by part --> commit the new list of replicas
///        \________________________ failure: the blocks go back ___________/
/// ```
///
/// A copy has the generation of its run, and is made with tickets of its own, so that its blocks go
/// back through quarantine like those of any writer. Of one run, one copy is made at a time.
public final class Repairer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Repairer.class);

  private static final int PAGE = 2000;
  private static final int MOST_TASKS = 4096;
  private static final int MOST_DAMAGED = 100_000;
  private static final int INVENTORY_GAP = 1024;
  private static final long PART_BYTES = 8L << 20;
  private static final long PATIENCE_SECONDS = 120;

  private final RepairSettings settings;
  private final int blockSize;
  private final MetadataStore store;
  private final Engine engine;
  private final BlockSpace blocks;
  private final TicketMaker tickets;
  private final DatanodeRegistry registry;
  private final RepairLinks links;
  private final Pace pace;
  private final ExecutorService copiers;
  private final Thread thread;
  private volatile boolean closing;

  // the thread's own
  private final Map<DatanodeId, Long> goneSince = new HashMap<>();
  private final Set<DatanodeId> wasReadable = new HashSet<>();
  private long scanAtNanos = System.nanoTime();
  private Map<DatanodeId, Standing> lastStandings = Map.of();
  private long lastScanNanos = System.nanoTime();
  private long patienceNanos;
  private volatile boolean complained;

  private final Set<StoredRun> damaged = ConcurrentHashMap.newKeySet();

  /// What it is at the moment of a round.
  private record Site(Datanode datanode, Standing standing) {}

  /// Begins to look after the files of a cluster.
  ///
  /// @param blocks used on the engine's thread only, like `tickets`
  public Repairer(
      RepairSettings settings,
      int blockSize,
      MetadataStore store,
      Engine engine,
      BlockSpace blocks,
      TicketMaker tickets,
      DatanodeRegistry registry,
      RepairLinks links) {
    this.settings = settings;
    this.blockSize = blockSize;
    this.store = store;
    this.engine = engine;
    this.blocks = blocks;
    this.tickets = tickets;
    this.registry = registry;
    this.links = links;
    this.pace = new Pace(settings.bytesPerSecond(), System::nanoTime);
    this.copiers =
        Executors.newFixedThreadPool(
            settings.copies(), Thread.ofPlatform().name("repair-", 0).daemon().factory());
    this.thread = Thread.ofPlatform().name("repair").daemon().start(this::run);
  }

  private void run() {
    while (!closing) {
      try {
        boolean more = round();
        Thread.sleep(more ? 1 : settings.interval().toMillis());
      } catch (InterruptedException e) {
        return;
      } catch (FsException | StoreException | CompletionException e) {
        if (!closing) {
          log.warn("repair was interrupted, and goes on later: {}", e.getMessage());
        }
        if (!pause()) {
          return;
        }
      } catch (RuntimeException e) {
        if (closing) {
          return;
        }
        log.error("repair failed: this is a fault of the server", e);
        if (!pause()) {
          return;
        }
      }
    }
  }

  private boolean pause() {
    try {
      Thread.sleep(settings.interval().toMillis());
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /// One look; true if something was mended, so that it is worth to look again at once.
  private boolean round() throws InterruptedException {
    Map<DatanodeId, Site> sites = sites();
    Map<DatanodeId, Standing> standings = new HashMap<>();
    Set<DatanodeId> readable = new HashSet<>();
    boolean due = System.nanoTime() - scanAtNanos >= 0;
    boolean trouble = !damaged.isEmpty();
    for (Site site : sites.values()) {
      DatanodeId id = site.datanode().id();
      standings.put(id, site.standing());
      trouble |= !site.standing().isCounted() && site.datanode().used() > 0;
      if (site.standing().isReadable()) {
        readable.add(id);
        // one that comes back is compared with what it should hold
        due |= !wasReadable.contains(id);
      }
    }
    wasReadable.clear();
    wasReadable.addAll(readable);
    if (!standings.equals(lastStandings)) {
      lastStandings = standings;
      patienceNanos = 0;
    }
    boolean patient = System.nanoTime() - lastScanNanos < patienceNanos;
    if (!due && (!trouble || patient)) {
      return false;
    }
    if (due) {
      damaged.clear();
      scanAtNanos = System.nanoTime() + settings.scan().toNanos();
    }
    RepairPlanner planner = new RepairPlanner(standings, damaged::contains, MOST_TASKS);
    FileExtent last = null;
    do {
      List<FileExtent> page =
          last == null
              ? store.extentsAfter(InodeId.NONE, -1, PAGE)
              : store.extentsAfter(last.inode(), last.extent().index(), PAGE);
      if (due) {
        compare(page, sites);
      }
      page.forEach(planner::visit);
      last = page.size() < PAGE ? null : page.get(page.size() - 1);
    } while (last != null && !closing);
    report(planner);
    boolean more = mend(planner, sites);
    // where nothing can be done, all files are looked at less and less often
    patienceNanos =
        more
            ? 0
            : Math.min(
                Math.max(2 * patienceNanos, settings.interval().toNanos()),
                settings.scan().toNanos());
    lastScanNanos = System.nanoTime();
    return more;
  }

  private void report(RepairPlanner planner) {
    if (planner.endangered() + planner.superfluous() > 0) {
      log.info(
          "repair: of {} runs {} have too few copies, of {} no copy can be read now, {} have more"
              + " than they need",
          planner.runs(),
          planner.endangered(),
          planner.lost(),
          planner.superfluous());
    }
  }

  private Map<DatanodeId, Site> sites() {
    long now = System.nanoTime();
    Map<DatanodeId, Site> sites = new HashMap<>();
    for (Datanode datanode : registry.datanodes().join()) {
      Standing standing;
      if (datanode.state() == Datanode.State.DRAINING) {
        standing = Standing.LEAVING;
        goneSince.remove(datanode.id());
      } else if (datanode.state().isReadable()) {
        standing = Standing.SERVING;
        goneSince.remove(datanode.id());
      } else {
        long since = goneSince.computeIfAbsent(datanode.id(), id -> now);
        standing = now - since >= settings.after().toNanos() ? Standing.LOST : Standing.AWAY;
      }
      sites.put(datanode.id(), new Site(datanode, standing));
    }
    goneSince.keySet().retainAll(sites.keySet());
    return sites;
  }

  // ---- what datanodes hold

  /// Compares what datanodes say that they hold with what they should. Blocks of no file are free,
  /// whatever is in them, and not looked at.
  private void compare(List<FileExtent> page, Map<DatanodeId, Site> sites) {
    Map<DatanodeId, List<StoredPart>> byDatanode = new HashMap<>();
    for (FileExtent file : page) {
      for (Replica replica : file.extent().replicas()) {
        byDatanode
            .computeIfAbsent(replica.datanode(), id -> new ArrayList<>())
            .add(
                new StoredPart(
                    new StoredRun(replica, file.extent().generation()), file.extent().count()));
      }
    }
    byDatanode.forEach((id, parts) -> {
      Site site = sites.get(id);
      if (site == null || !site.standing().isReadable()) {
        return;
      }
      try {
        compare(site.datanode(), parts);
      } catch (CompletionException e) {
        log.warn("{} did not tell what it holds: {}", id, e.getMessage());
      }
    });
  }

  private record StoredPart(StoredRun run, int count) {
    long first() {
      return run.replica().firstBlock();
    }

    long end() {
      return first() + count;
    }
  }

  private void compare(Datanode datanode, List<StoredPart> parts) {
    parts.sort((a, b) -> Long.compare(a.first(), b.first()));
    int next = 0;
    while (next < parts.size() && !closing) {
      int end = next + 1;
      long until = parts.get(next).end();
      while (end < parts.size()
          && parts.get(end).first() - until <= INVENTORY_GAP
          && parts.get(end).end() - parts.get(next).first() <= RepairLinks.INVENTORY_MAX) {
        until = Math.max(until, parts.get(end).end());
        end++;
      }
      compare(datanode, parts.subList(next, end), until);
      next = end;
    }
  }

  private void compare(Datanode datanode, List<StoredPart> parts, long until) {
    long first = parts.get(0).first();
    List<RepairLinks.StoredBlock> held =
        links.inventory(datanode.address(), first, (int) (until - first)).join();
    Map<Long, RepairLinks.StoredBlock> byBlock = new HashMap<>();
    held.forEach(block -> byBlock.put(block.block(), block));
    for (StoredPart part : parts) {
      for (long block = part.first(); block < part.end(); block++) {
        RepairLinks.StoredBlock found = byBlock.get(block);
        if (found == null || found.generation() != part.run().generation() || found.length() == 0) {
          log.warn(
              "{}: block {} of generation {} is {}",
              datanode.id(),
              block,
              part.run().generation(),
              found != null && found.length() == 0 && found.generation() != 0
                  ? "damaged"
                  : "not what is there");
          markDamaged(part.run());
          break;
        }
      }
    }
  }

  private void markDamaged(StoredRun run) {
    if (damaged.size() < MOST_DAMAGED) {
      damaged.add(run);
    }
  }

  // ---- mending

  private boolean mend(RepairPlanner planner, Map<DatanodeId, Site> sites)
      throws InterruptedException {
    // runs that were parted by a change of the file have one generation: one after the other
    Set<Long> generations = new HashSet<>();
    Deque<Future<Boolean>> running = new ArrayDeque<>();
    int mended = 0;
    int failed = 0;
    for (RepairTask task : planner.tasks()) {
      if (closing) {
        break;
      }
      if (generations.add(task.extent().generation())) {
        running.add(copiers.submit(() -> mend(task, sites)));
      }
      if (running.size() >= 2 * settings.copies()) {
        if (isDone(running.remove())) {
          mended++;
        } else {
          failed++;
        }
      }
    }
    while (!running.isEmpty()) {
      if (isDone(running.remove())) {
        mended++;
      } else {
        failed++;
      }
    }
    if (mended + failed > 0) {
      log.info("repair: {} runs were mended, {} could not be yet", mended, failed);
    }
    complained &= failed > 0;
    return mended > 0 && failed == 0;
  }

  private static boolean isDone(Future<Boolean> task) throws InterruptedException {
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  private boolean mend(RepairTask task, Map<DatanodeId, Site> sites) {
    try {
      if (!task.needsCopy()) {
        wait(engine.moveExtent(task.inode(), task.extent(), task.kept()));
        return true;
      }
      // the tables are a little behind: nothing is copied for what has changed since
      wait(engine.checkExtent(task.inode(), task.extent()));
      for (Replica source : task.sources()) {
        if (copy(task, source, sites)) {
          return true;
        }
      }
      return false;
    } catch (FsException e) {
      if (!complained || e.status() != FsStatus.ENONODE) {
        complained |= e.status() == FsStatus.ENONODE;
        log.warn(
            "{}: the blocks from {} on stay with {} good copies of {} for now: {} {}",
            task.inode(),
            task.extent().index(),
            task.kept().size(),
            task.wanted(),
            e.status(),
            e.getMessage());
      }
      return false;
    }
  }

  /// Blocks, and tickets to fill them.
  private record Place(long key, Extent copy) {}

  /// Copies from one replica; false if the fault is with this replica, so that another may serve.
  private boolean copy(RepairTask task, Replica source, Map<DatanodeId, Site> sites) {
    Place place = onEngine(() -> reserve(task, sites));
    boolean committing = false;
    try {
      Extent copy = place.copy();
      Extent part = task.extent().slice(copy.index(), copy.end());
      Replica from = new Replica(source.datanode(), source.firstBlock());
      int step = (int) Math.max(1, PART_BYTES / blockSize);
      for (long at = part.index(); at < part.end(); at += step) {
        long end = Math.min(part.end(), at + step);
        TimeUnit.NANOSECONDS.sleep(pace.take((end - at) * blockSize));
        RepairLinks.CopyOrder order = onEngine(() -> order(place, part, from, task.inode(), sites));
        int skip = (int) (at - part.index());
        try {
          wait(
              links.copy(
                  new RepairLinks.CopyOrder(
                      order.sourceAddress(),
                      order.source(),
                      order.sourceBlock() + skip,
                      (int) (end - at),
                      task.inode(),
                      order.targetAddress(),
                      order.target(),
                      order.targetBlock() + skip)));
        } catch (FsException e) {
          log.warn(
              "{}: blocks could not be copied from {} to {}: {} {}",
              task.inode(),
              order.sourceAddress(),
              order.targetAddress(),
              e.status(),
              e.getMessage());
          inspect(source, part, sites);
          return false;
        }
      }
      committing = true;
      wait(
          engine
              .moveExtent(task.inode(), part, task.with(copy.replicas().get(0), part.index()))
              .whenComplete((moved, failure) -> {
                if (failure != null) {
                  giveBack(copy, failure);
                }
              }));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EUNAVAIL, "the server is stopping", e);
    } finally {
      boolean kept = committing;
      engine.execute(() -> {
        if (!kept) {
          blocks.release(place.copy(), Reuse.AFTER_TICKETS);
        }
        tickets.withdraw(place.key());
      });
    }
  }

  /// On the engine's thread: the copy is not part of the file. If that is not certain its blocks
  /// stay reserved until the namenode is started again.
  private void giveBack(Extent copy, Throwable failure) {
    if (failure instanceof FsException known && known.status() != FsStatus.EUNKNOWN) {
      blocks.release(copy, Reuse.AFTER_TICKETS);
    } else {
      log.warn("it is not known whether {} is part of a file: it stays reserved", copy);
    }
  }

  /// A copy failed: asks whether that is because of what was to be copied.
  private void inspect(Replica source, Extent part, Map<DatanodeId, Site> sites) {
    Site site = sites.get(source.datanode());
    if (site == null) {
      return;
    }
    List<StoredPart> parts = new ArrayList<>();
    parts.add(new StoredPart(new StoredRun(source, part.generation()), part.count()));
    try {
      compare(site.datanode(), parts);
    } catch (CompletionException e) {
      log.warn("{} did not tell what it holds: {}", source.datanode(), e.getMessage());
    }
  }

  /// On the engine's thread.
  private Place reserve(RepairTask task, Map<DatanodeId, Site> sites) {
    Set<String> hosts = new HashSet<>();
    for (Replica replica : task.kept()) {
      Site site = sites.get(replica.datanode());
      if (site != null) {
        hosts.add(site.datanode().host());
      }
    }
    Set<DatanodeId> avoided = new HashSet<>();
    for (Site site : sites.values()) {
      if (hosts.contains(site.datanode().host())
          || site.standing() != Standing.SERVING
          || site.datanode().address().isEmpty()) {
        avoided.add(site.datanode().id());
      }
    }
    Extent extent = task.extent();
    List<Extent> runs =
        blocks.reserve(
            new AllocationRequest(
                extent.index(), extent.count(), 1, List.of(), avoided, Optional.empty()));
    // where free blocks are scattered the run is copied part by part
    runs.subList(1, runs.size()).forEach(run -> blocks.release(run, Reuse.AT_ONCE));
    Extent first = runs.get(0);
    return new Place(
        engine.newTransactionKey(),
        new Extent(
            first.index(), first.count(), extent.generation(), first.replicas(), Checksums.NONE));
  }

  /// On the engine's thread: fresh tickets, for one part of a long copy.
  private RepairLinks.CopyOrder order(
      Place place, Extent part, Replica source, InodeId inode, Map<DatanodeId, Site> sites) {
    Extent read =
        new Extent(part.index(), part.count(), part.generation(), List.of(source), Checksums.NONE);
    GrantedExtent reads = tickets.grant(read, Ticket.Right.READ, 0);
    GrantedExtent writes = tickets.grant(place.copy(), Ticket.Right.COPY, place.key());
    Replica target = place.copy().replicas().get(0);
    return new RepairLinks.CopyOrder(
        addressOf(source.datanode(), sites),
        reads.tickets().get(0),
        source.firstBlock(),
        part.count(),
        inode,
        addressOf(target.datanode(), sites),
        writes.tickets().get(0),
        target.firstBlock());
  }

  private static String addressOf(DatanodeId id, Map<DatanodeId, Site> sites) {
    Site site = sites.get(id);
    if (site == null || site.datanode().address().isEmpty()) {
      throw new FsException(FsStatus.EUNAVAIL, id + " has not been heard of yet");
    }
    return site.datanode().address();
  }

  private <T> T onEngine(Supplier<T> task) {
    return wait(CompletableFuture.supplyAsync(task, engine::execute));
  }

  /// Waits for an answer, and throws what it failed with.
  private static <T> T wait(CompletableFuture<T> answer) {
    try {
      return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof FsException known) {
        throw known;
      }
      throw new FsException(FsStatus.EUNAVAIL, String.valueOf(cause.getMessage()), cause);
    } catch (TimeoutException e) {
      throw new FsException(
          FsStatus.EUNAVAIL, "no answer came within " + PATIENCE_SECONDS + " seconds", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EUNAVAIL, "the server is stopping", e);
    }
  }

  /// Stops looking; copies under way are given up.
  @Override
  public void close() throws InterruptedException {
    closing = true;
    thread.interrupt();
    copiers.shutdownNow();
    thread.join(TimeUnit.SECONDS.toMillis(10));
  }
}
