package io.plasmafs.client.tree;

import java.nio.file.Path;

/// How a tree is made like another one.
///
/// @param delete whether what the source does not have is removed from the target
/// @param comparison how it is known that a file has not changed
/// @param atomic whether everything is one transaction; else each thousand files or 64 MiB are
/// @param dryRun whether nothing is changed, and only told of
/// @param tree how files are copied; modes and times are kept, owners are not
public record SyncOptions(
    boolean delete, Comparison comparison, boolean atomic, boolean dryRun, TreeOptions tree) {

  /// How it is known that two files have the same content. Files of different lengths never have.
  public sealed interface Comparison {
    /// Files of the same length are taken for the same.
    record BySize() implements Comparison {}

    /// Files of the same length and the same time of modification are taken for the same.
    record ByTime() implements Comparison {}

    /// The contents are read and compared.
    record ByContent() implements Comparison {}

    /// The versions of both contents are those that they had when the last sync of the two trees
    /// left them the same; what that one did not know is compared by content. A file of the cluster
    /// has a version that each change of its content moves, and nothing else: nothing is taken on
    /// trust. A local file has none. In its place stand its inode, length, time of modification,
    /// and the time of its last change, which no program can set: only changes within one tick of
    /// that clock, some milliseconds, can be confused.
    ///
    /// @param memory the local file in which a sync that succeeds leaves what the next one needs.
    ///   It is of no use after the cluster was restored from a copy
    record ByVersion(Path memory) implements Comparison {}
  }

  /// Compares lengths and times, and removes nothing.
  public static final SyncOptions DEFAULT =
      new SyncOptions(false, new Comparison.ByTime(), false, false, TreeOptions.DEFAULT);

  public SyncOptions {
    tree = new TreeOptions(true, false, true, tree.replication(), tree.fanOut());
  }

  /// These options, removing what the source does not have.
  public SyncOptions withDelete() {
    return new SyncOptions(true, comparison, atomic, dryRun, tree);
  }

  /// These options, comparing like this.
  public SyncOptions with(Comparison newComparison) {
    return new SyncOptions(delete, newComparison, atomic, dryRun, tree);
  }

  /// These options, with one transaction for all.
  public SyncOptions withAtomic() {
    return new SyncOptions(delete, comparison, true, dryRun, tree);
  }

  /// These options, changing nothing.
  public SyncOptions withDryRun() {
    return new SyncOptions(delete, comparison, atomic, true, tree);
  }
}
