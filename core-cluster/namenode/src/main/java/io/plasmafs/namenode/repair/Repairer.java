package io.plasmafs.namenode.repair;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.namenode.repair.RunCopier.Targets;
import io.plasmafs.namenode.repair.Witness.Care;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks in rounds for runs of blocks that have not the replicas which they should have, and mends
/// them: first what is nearest to being lost. Invariants:
///
/// 1. A copy is made only from a replica whose datanode finds it sound while it reads it, and
///    becomes part of a file only when it is stable where it is.
/// 2. A copy is given up only past the [Witness], which says what that means.
/// 3. What is committed is the list of replicas of one run, on the condition that the run is still
///    what was looked at: who changes the file meanwhile wins.
///
/// A round looks at the datanodes; if one is lost, is to be emptied, or has damaged blocks, or if
/// it is time for it, at all files, page by page; at such times it also compares what datanodes say
/// that they hold with what they should hold: all of them, or those that have just found damaged
/// blocks. Otherwise it looks at the files that it was told of ([#notice]). Then it mends the most
/// urgent runs, of one generation one at a time.
public final class Repairer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Repairer.class);

  private static final int PAGE = 2000;
  private static final int MOST_TASKS = 16_384;
  private static final int MOST_DAMAGED = 100_000;
  private static final int MOST_REPLICAS = 16;
  private static final long BEHIND_MILLIS = 20;

  /// After a look for damaged blocks the next one waits so many times as long as it took: a disk
  /// that is dying finds more all the time.
  private static final int REST_AFTER_DAMAGE = 9;

  private final RepairSettings settings;
  private final MetadataStore store;
  private final Engine engine;
  private final DatanodeRegistry registry;
  private final SiteWatch watch;
  private final CopyInspection inspection;
  private final DamageWatch damageWatch;
  private final Witness witness;
  private final RunCopier copier;
  private final Pace pace;
  private final RepairFigures figures;
  private final ExecutorService copiers;
  private final Thread thread;
  private volatile boolean closing;

  private final Noticed noticed = new Noticed();
  private final Semaphore bell = new Semaphore(0);

  // the thread's own
  private final Set<DatanodeId> wasReadable = new HashSet<>();
  private long scanAtNanos = System.nanoTime();

  /// Datanodes that have found damaged blocks, which are to be looked for.
  private final Set<DatanodeId> damagedAt = new HashSet<>();

  private long askForDamageNanos = System.nanoTime();
  private long lookForDamageNanos = System.nanoTime();
  private Map<DatanodeId, Standing> lastStandings = Map.of();
  private long lastScanNanos = System.nanoTime();
  private long patienceNanos;
  private boolean unfinished;
  private volatile boolean complained;

  private final Set<StoredRun> damaged = ConcurrentHashMap.newKeySet();

  /// Begins to look after the files of a cluster.
  public Repairer(
      RepairSettings settings,
      int blockSize,
      MetadataStore store,
      Engine engine,
      DatanodeRegistry registry,
      SiteWatch watch,
      RepairLinks links,
      RunCopier copier,
      RepairFigures figures) {
    this.settings = settings;
    this.store = store;
    this.engine = engine;
    this.registry = registry;
    this.watch = watch;
    this.inspection = new CopyInspection(links);
    this.damageWatch = new DamageWatch(links);
    this.pace = new Pace(settings.bytesPerSecond(), System::nanoTime);
    this.witness = new Witness(links, blockSize, pace, this::found);
    this.copier = copier;
    this.figures = figures;
    this.copiers =
        Executors.newFixedThreadPool(
            settings.copies(), Thread.ofPlatform().name("repair-", 0).daemon().factory());
    this.thread = Thread.ofPlatform().name("repair").daemon().start(this::run);
  }

  /// A commit may have changed how many copies a file is to have: it is looked at soon. May be
  /// called by any thread.
  ///
  /// @param sequence of the commit
  public void notice(InodeId inode, long sequence) {
    noticed.add(inode, sequence);
    ring();
  }

  /// Somebody has found that a replica is not what it should be: its file is looked at soon.
  public void notice(CopyFault fault) {
    found(fault);
    notice(fault.inode(), 0);
  }

  private void ring() {
    if (bell.availablePermits() == 0) {
      bell.release();
    }
  }

  private void run() {
    while (!closing) {
      try {
        boolean more = round();
        rest(more ? 1 : settings.interval().toMillis());
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

  /// Until it is time, or something was noticed.
  private void rest(long millis) throws InterruptedException {
    if (bell.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      bell.drainPermits();
    }
  }

  /// One look; true if something was mended, so that it is worth to look again at once.
  private boolean round() throws InterruptedException {
    Sites sites = watch.look(registry.datanodes().join());
    Set<DatanodeId> readable = new HashSet<>();
    boolean due = System.nanoTime() - scanAtNanos >= 0 || noticed.isTooMuch();
    boolean trouble = !damaged.isEmpty() || unfinished;
    for (Site site : sites.all()) {
      DatanodeId id = site.datanode().id();
      trouble |= !site.standing().isCounted() && site.datanode().used() > 0;
      if (site.standing().isReadable()) {
        readable.add(id);
        // one that comes back is compared with what it should hold
        due |= !wasReadable.contains(id);
      }
    }
    wasReadable.clear();
    wasReadable.addAll(readable);
    if (!sites.standings().equals(lastStandings)) {
      lastStandings = sites.standings();
      patienceNanos = 0;
    }
    if (System.nanoTime() - askForDamageNanos >= 0) {
      damagedAt.addAll(damageWatch.news(sites));
      askForDamageNanos = System.nanoTime() + settings.interval().toNanos();
    }
    if (due) {
      damaged.clear();
      damagedAt.clear();
      scanAtNanos = System.nanoTime() + settings.scan().toNanos();
      return lookAtAll(sites, sites);
    }
    if (!damagedAt.isEmpty() && System.nanoTime() - lookForDamageNanos >= 0) {
      return lookForDamage(sites);
    }
    boolean patient = System.nanoTime() - lastScanNanos < patienceNanos;
    return trouble && !patient ? lookAtAll(sites, sites.only(Set.of())) : lookAtNoticed(sites);
  }

  private boolean lookForDamage(Sites sites) throws InterruptedException {
    Set<DatanodeId> where = Set.copyOf(damagedAt);
    damagedAt.clear();
    damaged.removeIf(run -> where.contains(run.replica().datanode()));
    long start = System.nanoTime();
    boolean more = lookAtAll(sites, sites.only(where));
    long end = System.nanoTime();
    lookForDamageNanos = end + REST_AFTER_DAMAGE * (end - start);
    return more;
  }

  private RepairPlanner planner(Sites sites) {
    return new RepairPlanner(sites.standings(), damaged::contains, MOST_TASKS);
  }

  /// @param inspected datanodes that are asked what they hold
  private boolean lookAtAll(Sites sites, Sites inspected) throws InterruptedException {
    noticed.forgetOverflow();
    RepairPlanner planner = planner(sites);
    Set<StoredRun> gone = new HashSet<>(damaged);
    FileExtent last = null;
    do {
      List<FileExtent> page =
          last == null
              ? store.extentsAfter(InodeId.NONE, -1, PAGE)
              : store.extentsAfter(last.inode(), last.extent().index(), PAGE);
      inspection.inspect(page, inspected, this::found);
      page.forEach(planner::visit);
      page.forEach(file -> copiesOf(file).forEach(gone::remove));
      last = page.size() < PAGE ? null : page.get(page.size() - 1);
    } while (last != null && !closing);
    damaged.removeAll(gone);
    figures.foundInAll(
        planner.endangered() + planner.superfluous(), planner.lost(), damaged.size());
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

  private static Stream<StoredRun> copiesOf(FileExtent file) {
    Extent run = file.extent();
    return run.replicas().stream().map(replica -> new StoredRun(replica, run.generation()));
  }

  private boolean lookAtNoticed(Sites sites) throws InterruptedException {
    // the tables are a little behind
    Set<InodeId> inodes = noticed.take(engine.appliedSequence());
    if (inodes.isEmpty()) {
      boolean behind = !noticed.isEmpty();
      if (behind) {
        TimeUnit.MILLISECONDS.sleep(BEHIND_MILLIS);
      }
      return behind;
    }
    RepairPlanner planner = planner(sites);
    for (InodeId inode : inodes) {
      FileExtent last = null;
      do {
        long after = last == null ? -1 : last.extent().index();
        List<FileExtent> page = store.extentsAfter(inode, after, PAGE);
        List<FileExtent> own = page.stream().filter(run -> run.inode().equals(inode)).toList();
        own.forEach(planner::visit);
        last = own.size() < PAGE ? null : own.get(own.size() - 1);
      } while (last != null && !closing);
    }
    figures.foundInSome(planner.endangered() + planner.superfluous(), damaged.size());
    report(planner);
    return mend(planner, sites);
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

  private void found(CopyFault fault) {
    if (damaged.size() < MOST_DAMAGED && damaged.add(fault.run())) {
      log.warn("{}", fault);
    }
  }

  // ---- mending

  private boolean mend(RepairPlanner planner, Sites sites) throws InterruptedException {
    // runs that were parted by a change of the file have one generation: one after the other
    Set<Long> generations = new HashSet<>();
    Deque<Future<Result>> running = new ArrayDeque<>();
    Map<Result, Integer> results = new EnumMap<>(Result.class);
    for (RepairTask task : planner.tasks()) {
      if (closing) {
        break;
      }
      if (generations.add(task.extent().generation())) {
        running.add(copiers.submit(() -> mend(task, sites)));
      }
      if (running.size() >= 2 * settings.copies()) {
        results.merge(resultOf(running.remove()), 1, Integer::sum);
      }
    }
    while (!running.isEmpty()) {
      results.merge(resultOf(running.remove()), 1, Integer::sum);
    }
    int mended = results.getOrDefault(Result.MENDED, 0);
    int failed = results.getOrDefault(Result.FAILED, 0);
    int changing = results.getOrDefault(Result.CHANGING, 0);
    if (mended + failed + changing > 0) {
      log.info(
          "repair: {} runs were mended, {} could not be yet, of {} the files are being changed",
          mended,
          failed,
          changing);
    }
    complained &= failed > 0;
    unfinished = failed > 0;
    return mended > 0 && failed + changing == 0;
  }

  /// What became of a task.
  private enum Result {
    MENDED,
    /// It is found again at a later look at all files.
    FAILED,
    /// Somebody is changing the file, or has done so: it is looked at again in the next round.
    CHANGING
  }

  private Result resultOf(Future<Result> task) throws InterruptedException {
    try {
      Result result = task.get();
      switch (result) {
        case MENDED -> figures.mended();
        case FAILED -> figures.failed();
        case CHANGING -> {}
      }
      return result;
    } catch (ExecutionException e) {
      throw new CompletionException(e.getCause());
    }
  }

  private Result mend(RepairTask task, Sites sites) throws InterruptedException {
    try {
      // the tables are a little behind: nothing is done about what has changed since
      Extent run = Patience.await(engine.checkExtent(task.inode(), task.extent()));
      if (!task.needsCopy()) {
        requireSound(task, run, task.kept(), List.of(), sites);
        Patience.await(engine.moveExtent(task.inode(), run, task.staying()));
        figures.copiesGivenUp(task.spare().size());
        return Result.MENDED;
      }
      for (Replica source : task.sources()) {
        if (copy(task, run, source, sites)) {
          return Result.MENDED;
        }
        inspect(task, run, source, sites);
      }
      return Result.FAILED;
    } catch (FsException e) {
      if (e.status() == FsStatus.ECONFLICT || e.status() == FsStatus.ESTALE) {
        log.debug("{} is being changed, and looked at again later", task.inode());
        noticed.add(task.inode(), engine.sequence());
        return Result.CHANGING;
      }
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
      return Result.FAILED;
    }
  }

  private boolean copy(RepairTask task, Extent run, Replica source, Sites sites)
      throws InterruptedException {
    return copier.copy(
        task.inode(),
        run,
        source,
        Targets.beside(task.staying(), sites),
        sites,
        pace,
        (part, copy) -> {
          boolean giveUp = task.endsWithCopy() && isSafeToGiveUp(task, part, copy, source, sites);
          List<Replica> replicas = task.with(copy, part.index(), giveUp);
          if (replicas.size() > MOST_REPLICAS) {
            throw new FsException(
                FsStatus.EUNAVAIL,
                task.inode() + " has more copies than can be kept, and none may be given up now");
          }
          return replicas;
        });
  }

  /// The copy is made and good, whatever has become of the others: so it is kept in any case.
  private boolean isSafeToGiveUp(
      RepairTask task, Extent part, Replica copy, Replica source, Sites sites)
      throws InterruptedException {
    try {
      StoredRun made = new StoredRun(copy, part.generation());
      witness.requireSound(task.inode(), part, copy, made, sites, Care.RECORDS);
      requireSound(task, part, task.kept(), List.of(source), sites);
      return true;
    } catch (FsException e) {
      log.warn("{}: {}", task.inode(), e.getMessage());
      return false;
    }
  }

  /// @param staying replicas of the whole run of the task
  /// @param justRead those of them that were read a moment ago
  private void requireSound(
      RepairTask task, Extent part, List<Replica> staying, List<Replica> justRead, Sites sites)
      throws InterruptedException {
    boolean readable =
        task.spare().stream().anyMatch(spare -> sites.readable(spare.datanode()).isPresent());
    for (Replica replica : staying) {
      Care care = readable && !justRead.contains(replica) ? Care.BYTES : Care.RECORDS;
      witness.requireSound(
          task.inode(),
          part,
          task.part(List.of(replica), part.index()).get(0),
          new StoredRun(replica, part.generation()),
          sites,
          care);
    }
  }

  /// A copy failed: asks whether that is because of what was to be copied.
  private void inspect(RepairTask task, Extent run, Replica source, Sites sites) {
    FileExtent only =
        new FileExtent(
            task.inode(),
            task.wanted(),
            new Extent(
                run.index(), run.count(), run.generation(), List.of(source), run.checksums()));
    inspection.inspect(List.of(only), sites, this::found);
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
