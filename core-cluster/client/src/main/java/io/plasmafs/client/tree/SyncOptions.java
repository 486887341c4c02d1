package io.plasmafs.client.tree;

/// How a tree is made like another one.
///
/// @param delete whether what the source does not have is removed from the target
/// @param checksum whether contents of the same length are read and compared; else a file is taken
///   for unchanged if length and time of modification agree
/// @param atomic whether everything is one transaction; else each thousand files or 64 MiB are
/// @param dryRun whether nothing is changed, and only told of
/// @param tree how files are copied; modes and times are kept, owners are not
public record SyncOptions(
    boolean delete, boolean checksum, boolean atomic, boolean dryRun, TreeOptions tree) {

  /// Compares lengths and times, and removes nothing.
  public static final SyncOptions DEFAULT =
      new SyncOptions(false, false, false, false, TreeOptions.DEFAULT);

  public SyncOptions {
    tree = new TreeOptions(true, false, true, tree.replication(), tree.fanOut());
  }

  /// These options, removing what the source does not have.
  public SyncOptions withDelete() {
    return new SyncOptions(true, checksum, atomic, dryRun, tree);
  }

  /// These options, comparing contents.
  public SyncOptions withChecksum() {
    return new SyncOptions(delete, true, atomic, dryRun, tree);
  }

  /// These options, with one transaction for all.
  public SyncOptions withAtomic() {
    return new SyncOptions(delete, checksum, true, dryRun, tree);
  }

  /// These options, changing nothing.
  public SyncOptions withDryRun() {
    return new SyncOptions(delete, checksum, atomic, true, tree);
  }
}
