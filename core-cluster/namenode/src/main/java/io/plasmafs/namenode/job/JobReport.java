package io.plasmafs.namenode.job;

import io.plasmafs.model.FsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Where long work tells how far it is and what it has found. The work waits while as much as
/// [#WAITING] findings have not been fetched. Thread-safe.
public final class JobReport {
  /// Findings that may wait to be fetched.
  static final int WAITING = 1024;

  /// Findings in one page.
  static final int PAGE = 64;

  private final BlockingQueue<Finding> findings = new ArrayBlockingQueue<>(WAITING);
  private final Map<String, Long> figures = new LinkedHashMap<>();
  private String stage = "";
  private long done;
  private long total;
  private boolean ended;
  private @Nullable FsException failure;

  JobReport() {}

  /// Begins the next part of the work.
  ///
  /// @param steps that it has; 0 if that is not known
  public synchronized void stage(String name, long steps) {
    stage = name;
    done = 0;
    total = steps;
  }

  /// So many steps of the stage are done.
  public synchronized void done(long steps) {
    done = steps;
  }

  /// Sets a sum.
  public synchronized void figure(String name, long value) {
    figures.put(name, value);
  }

  /// Adds to a sum.
  public synchronized void count(String name, long more) {
    figures.merge(name, more, Long::sum);
  }

  /// Tells of something; waits while too much has not been fetched yet.
  public void tell(Finding finding) throws InterruptedException {
    findings.put(finding);
  }

  synchronized void ended(Optional<FsException> why) {
    ended = true;
    failure = why.orElse(null);
    notifyAll();
  }

  /// What there is; waits a little for the first finding.
  JobPage next(long patienceMillis) throws InterruptedException {
    List<Finding> page = new ArrayList<>();
    if (!hasEnded()) {
      Finding first = findings.poll(patienceMillis, TimeUnit.MILLISECONDS);
      if (first != null) {
        page.add(first);
      }
    }
    synchronized (this) {
      findings.drainTo(page, PAGE - page.size());
      boolean finished = ended && findings.isEmpty();
      return new JobPage(
          finished,
          finished ? Optional.ofNullable(failure) : Optional.empty(),
          stage,
          done,
          total,
          List.copyOf(page),
          new LinkedHashMap<>(figures));
    }
  }

  private synchronized boolean hasEnded() {
    return ended;
  }
}
