package io.plasmafs.client.cache;

/// What the cache of a client has done since the client was connected.
///
/// @param hits lookups of metadata answered from memory, validated or trusted
/// @param misses lookups of metadata that the namenode had to answer
/// @param validations calls that asked for versions
/// @param validated inodes that these calls asked for
/// @param outdated inodes of which such a call said that they have changed or gone
/// @param evictions pieces of metadata that made room for others
/// @param heapBytes that metadata take now, about
/// @param blockHits slices of blocks read from memory
/// @param blockMisses slices that a datanode was asked for
/// @param blockJoins slices that were waited for, as somebody else had asked a datanode for them
/// @param blockEvictions slices that made room for others
/// @param directBytes that slices take now
public record CacheStatistics(
    long hits,
    long misses,
    long validations,
    long validated,
    long outdated,
    long evictions,
    long heapBytes,
    long blockHits,
    long blockMisses,
    long blockJoins,
    long blockEvictions,
    long directBytes) {}
