package io.plasmafs.namenode.engine;

import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.MetadataStore;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Inodes that had no name when this engine started: what an earlier one removed and did not get to
/// clean up, and copies that it did not finish. Confined to the engine's thread.
///
/// Of a directory among them only the directory itself is known to have no name, and not what lies
/// below. So until the last of them is gone, whoever is about to change a directory has to look at
/// all that is above it.
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private static final int AT_A_TIME = 1000;

  private final MetadataStore store;
  private final Cleaner cleaner;
  private final Consumer<Runnable> engine;
  private InodeId found = InodeId.NONE;
  private boolean asking;
  private boolean failed;
  private boolean foundAll;
  private boolean gone;

  /// @param engine runs something on its thread
  Leftovers(MetadataStore store, Cleaner cleaner, Consumer<Runnable> engine) {
    this.store = store;
    this.cleaner = cleaner;
    this.engine = engine;
  }

  /// Begins to look for them.
  void find() {
    asking = true;
    store
        .fetch(new Fetch.OfOrphans(found, AT_A_TIME))
        .whenComplete((inodes, failure) -> engine.accept(() -> answered(inodes, failure)));
  }

  private void answered(List<InodeId> inodes, @Nullable Throwable failure) {
    asking = false;
    if (failure != null) {
      if (!failed) {
        LOG.warn("inodes without a name cannot be looked for, and will be later", failure);
      }
      failed = true;
      return;
    }
    inodes.forEach(cleaner::add);
    if (inodes.size() < AT_A_TIME) {
      foundAll = true;
    } else {
      found = inodes.get(inodes.size() - 1);
      find();
    }
  }

  /// Goes on looking for them if that has failed.
  void retry() {
    if (!foundAll && !asking) {
      find();
    }
  }

  /// Whether some may still be there.
  boolean mayBeLeft() {
    gone = gone || (foundAll && cleaner.backlog() == 0);
    return !gone;
  }
}
