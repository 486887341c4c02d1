package io.plasmafs.namenode.repair;

import io.plasmafs.model.Replica;

/// A replica of a run, as it was written: blocks that are given to other data since are another.
///
/// @param generation of the run
public record StoredRun(Replica replica, long generation) {}
