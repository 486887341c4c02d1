package io.plasmafs.client.tree;

import io.plasmafs.client.WriteOptions.FanOut;

/// How a tree is copied into a cluster or out of it.
///
/// @param preserve keep permission bits and times of modification
/// @param owners keep owner and group too; needs the rights to do so
/// @param replace whether a file that exists is replaced; else it is an EEXIST
/// @param replication copies of each block of new files; 0 for the cluster's default
public record TreeOptions(
    boolean preserve, boolean owners, boolean replace, int replication, FanOut fanOut) {

  /// Keeps modes and times, replaces files that exist.
  public static final TreeOptions DEFAULT = new TreeOptions(true, false, true, 0, FanOut.CHAIN);
}
