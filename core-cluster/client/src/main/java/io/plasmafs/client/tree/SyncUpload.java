package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.tree.SyncPlan.Step;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Makes a tree of a cluster like a local one, or like another one of the cluster, and sends only
/// what differs. It needs memory for the attributes of all objects of both. Each name of a file
/// with several names becomes a file.
///
/// If it is stopped, what was committed stays, and the next run goes on from there.
public final class SyncUpload {
  /// What one transaction takes, unless there is to be only one.
  private static final int BATCH_FILES = 1000;

  private static final long BATCH_BYTES = 64L << 20;

  private final PlasmaClient client;
  private final SyncOptions options;
  private final SyncListener listener;

  /// A sync into the cluster of a client.
  public SyncUpload(PlasmaClient client, SyncOptions options, SyncListener listener) {
    this.client = client;
    this.options = options;
    this.listener = listener;
  }

  /// Makes `target` like the local `source`. Missing directories above it are made.
  ///
  /// @throws IOException if something local cannot be read
  /// @throws FsException if the cluster refuses something; what was committed before stays
  public SyncSummary run(Path source, FsPath target) throws IOException {
    if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(source.toString());
    }
    return run(new SyncSource.Local(source.toAbsolutePath()), target);
  }

  /// Makes `target` like `source`, both in the cluster. Missing directories above it are made.
  ///
  /// @throws FsException EHIER if one of them is within the other; what the cluster refuses
  public SyncSummary run(FsPath source, FsPath target) throws IOException {
    if (source.startsWith(target) || target.startsWith(source)) {
      throw new FsException(
          FsStatus.EHIER, source + " and " + target + ": one of them is within the other");
    }
    Attributes unused = client.lstat(source);
    return run(new SyncSource.Cluster(client, source), target);
  }

  private SyncSummary run(SyncSource source, FsPath target) throws IOException {
    if (options.dryRun()) {
      return plan(source, client, target).plan().summary();
    }
    if (options.atomic()) {
      return client
          .<Applied, IOException>transactResult(transaction -> {
            Planned planned = plan(source, transaction, target);
            begin(planned.plan());
            List<Step> steps = planned.plan().steps();
            apply(transaction, steps);
            return new Applied(planned, List.of(new Batch(steps, transaction.commit())));
          })
          .remembered(client);
    }
    Planned planned = plan(source, client, target);
    begin(planned.plan());
    List<Batch> batches = new ArrayList<>();
    for (List<Step> steps : batches(planned.plan().steps())) {
      // Nothing of it is there before all is: it can be done again after a conflict.
      batches.add(
          client.<Batch, IOException>transactResult(transaction -> {
            apply(transaction, steps);
            return new Batch(steps, transaction.commit());
          }));
    }
    return new Applied(planned, batches).remembered(client);
  }

  private Planned plan(SyncSource source, Namespace cluster, FsPath target) throws IOException {
    FileComparison comparison =
        new FileComparison(options.comparison(), source.pairWith(client, target));
    return new Planned(
        SyncPlan.of(source, cluster, target, options, comparison, listener), comparison);
  }

  private record Planned(SyncPlan plan, FileComparison comparison) {}

  /// @param commit its number
  private record Batch(List<Step> steps, long commit) {
    List<Step.Copy> filesCopied() {
      return steps.stream()
          .filter(Step.Copy.class::isInstance)
          .map(Step.Copy.class::cast)
          .filter(copy -> copy.object().type().equals(Optional.of(FileType.REGULAR)))
          .toList();
    }
  }

  /// What is done.
  private record Applied(Planned planned, List<Batch> batches) {

    /// Leaves to the next sync what is known of the files: of those that were copied, unless
    /// somebody has changed them since.
    SyncSummary remembered(PlasmaClient client) throws IOException {
      if (planned.comparison().isByVersion()) {
        batches.forEach(batch -> remember(client, batch));
        planned.comparison().keep();
      }
      return planned.plan().summary();
    }

    private void remember(PlasmaClient client, Batch batch) {
      List<Step.Copy> copies = batch.filesCopied();
      List<Outcome.Found> found =
          client.statMany(copies.stream().map(Step.Copy::place).toList(), false);
      for (int i = 0; i < copies.size(); i++) {
        Step.Copy copy = copies.get(i);
        FsPath inTree = planned.plan().inTree(copy.place());
        found
            .get(i)
            .attributes()
            .filter(attributes -> attributes.contentVersion() == batch.commit())
            .map(attributes -> new ClusterObject(client, copy.place(), attributes))
            .ifPresent(target -> planned.comparison().copied(inTree, copy.object(), target));
      }
    }
  }

  private void begin(SyncPlan plan) {
    SyncSummary summary = plan.summary();
    listener.planned(summary.copied(), summary.bytes());
  }

  private static List<List<Step>> batches(List<Step> steps) {
    List<List<Step>> batches = new ArrayList<>();
    List<Step> batch = new ArrayList<>();
    long bytes = 0;
    for (Step step : steps) {
      batch.add(step);
      bytes += SyncPlan.bytes(step);
      if (batch.size() >= BATCH_FILES || bytes >= BATCH_BYTES) {
        batches.add(batch);
        batch = new ArrayList<>();
        bytes = 0;
      }
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  private void apply(Transaction transaction, List<Step> steps) throws IOException {
    Set<FsPath> gone = gone(transaction, steps);
    try (FileUploads uploads = new FileUploads(transaction, options.tree(), listener)) {
      boolean finishing = false;
      for (Step step : steps) {
        if (step instanceof Step.Finish && !finishing) {
          finishing = true;
          uploads.finish();
        }
        switch (step) {
          case Step.Remove(FsPath place) -> {
            if (!gone.contains(place)) {
              uploads.operation(new Operation.RemoveTree(Location.of(place)));
            }
          }
          case Step.MakeDirectory(FsPath place, SourceObject object) ->
              uploads.operation(
                  new Operation.MakeDirectory(Location.of(place), SyncPlan.openMode(object), true));
          case Step.Copy(FsPath place, SourceObject object) -> copy(uploads, place, object);
          case Step.Finish(FsPath place, SourceObject object) ->
              uploads.operation(
                  new Operation.SetAttributes(
                      Location.of(place),
                      false,
                      AttributeChanges.NONE
                          .withMode(object.mode())
                          .withMtime(TimeChange.to(object.modified()))));
        }
      }
      uploads.finish();
    }
  }

  private void copy(FileUploads uploads, FsPath place, SourceObject object) throws IOException {
    if (object.type().equals(Optional.of(FileType.SYMLINK))) {
      uploads.operation(new Operation.MakeSymlink(Location.of(place), object.target()));
      listener.done();
    } else {
      uploads.file(object, place);
    }
  }

  /// What is to be removed and was, by somebody else, since the trees were compared.
  private static Set<FsPath> gone(Transaction transaction, List<Step> steps) {
    List<FsPath> removals =
        steps.stream()
            .filter(Step.Remove.class::isInstance)
            .map(step -> ((Step.Remove) step).place())
            .toList();
    List<Outcome.Found> found = transaction.statMany(removals, false);
    Set<FsPath> gone = new HashSet<>();
    for (int i = 0; i < removals.size(); i++) {
      if (found.get(i).attributes().isEmpty()) {
        gone.add(removals.get(i));
      }
    }
    return gone;
  }
}
