package io.plasmafs.client.tree;

/// What was needed to make a tree like another one; with a dry run, what would be.
///
/// @param same objects that were as they should be
/// @param copied files, directories and links that were made or replaced
/// @param touched objects of which only attributes were changed
/// @param removed trees, files and links that were removed
/// @param bytes of the files that were copied
public record SyncSummary(long same, long copied, long touched, long removed, long bytes) {}
