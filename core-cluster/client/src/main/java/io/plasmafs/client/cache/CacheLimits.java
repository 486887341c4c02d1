package io.plasmafs.client.cache;

/// How much a client remembers. Memory is taken as it is filled.
///
/// @param heapBytes for attributes, names, small files and block lists; 0 for none
/// @param directBytes for blocks, outside of the heap; 0 for none
public record CacheLimits(long heapBytes, long directBytes) {

  /// 16 MiB of heap, and 32 MiB of direct memory.
  public static final CacheLimits DEFAULT = new CacheLimits(16L << 20, 32L << 20);

  /// Remembers nothing.
  public static final CacheLimits NONE = new CacheLimits(0, 0);

  public CacheLimits {
    if (heapBytes < 0 || directBytes < 0) {
      throw new IllegalArgumentException(
          "a cache cannot have " + heapBytes + " bytes of heap and " + directBytes + " direct");
    }
  }
}
