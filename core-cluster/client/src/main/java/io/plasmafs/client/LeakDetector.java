package io.plasmafs.client;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Cleans up after callers that forget to close something: when the garbage collector finds it,
/// what it holds is let go, and, if detection is on, a warning says where it was made.
final class LeakDetector {
  private static final Logger log = LoggerFactory.getLogger(LeakDetector.class);

  private final Cleaner cleaner = Cleaner.create();
  private final boolean detection;
  private final AtomicLong leaks = new AtomicLong();

  LeakDetector(boolean detection) {
    this.detection = detection;
  }

  /// How many things were collected without having been closed.
  long leaks() {
    return leaks.get();
  }

  /// Watches `referent`.
  ///
  /// @param release lets go of what it holds, without blocking; must not refer to `referent`
  Tracked track(Object referent, String what, Runnable release) {
    Tracked tracked =
        new Tracked(what, release, detection ? new Throwable(what + " was made here") : null);
    tracked.cleanable = cleaner.register(referent, tracked::collected);
    return tracked;
  }

  /// The watch over one thing.
  final class Tracked {
    private final String what;
    private final Runnable release;
    private final @Nullable Throwable site;
    private final AtomicBoolean done = new AtomicBoolean();
    private Cleaner.@Nullable Cleanable cleanable;

    private Tracked(String what, Runnable release, @Nullable Throwable site) {
      this.what = what;
      this.release = release;
      this.site = site;
    }

    /// The thing was closed: the watch ends.
    void closed() {
      if (done.compareAndSet(false, true)) {
        Cleaner.Cleanable registered = cleanable;
        if (registered != null) {
          registered.clean();
        }
      }
    }

    private void collected() {
      if (done.compareAndSet(false, true)) {
        leaks.incrementAndGet();
        if (detection) {
          log.warn("{} was never closed", what, site);
        }
        release.run();
      }
    }
  }
}
