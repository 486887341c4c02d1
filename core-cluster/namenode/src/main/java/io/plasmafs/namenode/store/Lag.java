package io.plasmafs.namenode.store;

/// What is in the log and not yet in the tables.
///
/// @param commits how many
/// @param bytes their size in the log, and that of their contents
public record Lag(long commits, long bytes) {}
