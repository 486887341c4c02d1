package io.plasmafs.namenode.engine;

import io.plasmafs.model.InodeId;

/// Told of what concerns the whole namenode. Called on the engine's thread.
public interface EngineObserver {
  /// The engine acts under a new epoch from now on: tickets of older ones will not be honoured for
  /// writing.
  void epochChanged(long epoch);

  /// Another coordinator has taken over, or the store is damaged: the engine answers ECOORD to
  /// everything and never comes back.
  void stopped(String reason);

  /// A commit gives a file another number of copies to have, or blocks with another number of
  /// copies than it is to have.
  default void replicationChanged(InodeId inode, long sequence) {}
}
