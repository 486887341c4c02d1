package io.plasmafs.namenode.blocks;

import java.util.Arrays;

/// The state of every block of one datanode, in two bits each, and a fast search for free runs.
///
/// The blocks are divided into chunks of [#CHUNK] blocks. Of each chunk the map keeps an upper
/// bound of the longest free run that begins in it: a search passes over chunks that cannot serve
/// it, and a chunk that was looked at in vain has an exact bound until something in it is freed. So
/// a search in a map of a hundred million blocks, all but a few in use, reads a few thousand
/// integers.
///
/// Confined to one thread.
final class BlockMap {
  /// Blocks under one bound.
  static final int CHUNK = 16_384;

  /// The most blocks that one map can describe.
  static final long MAX_BLOCKS = 1L << 32;

  private static final int BLOCKS_PER_WORD = 32;
  private static final long LOW_BITS = 0x5555_5555_5555_5555L;

  /// What a block is used for.
  enum State {
    /// Nobody has it.
    FREE(0),
    /// Part of a committed file.
    USED(1),
    /// Given to an open transaction.
    RESERVED(2),
    /// Given back, but somebody may still read or write it.
    QUARANTINED(3);

    private final int code;

    State(int code) {
      this.code = code;
    }
  }

  private static final State[] STATES = State.values();

  private final long size;
  private final long[] words;
  private final int[] bounds;
  private final long[] counts = new long[STATES.length];
  private long cursor;

  /// A map of `size` free blocks.
  ///
  /// @throws IllegalArgumentException if that is negative or more than [#MAX_BLOCKS]
  BlockMap(long size) {
    if (size < 0 || size > MAX_BLOCKS) {
      throw new IllegalArgumentException(
          "a datanode of " + size + " blocks is not possible: 0 to " + MAX_BLOCKS);
    }
    this.size = size;
    this.words = new long[Math.toIntExact((size + BLOCKS_PER_WORD - 1) / BLOCKS_PER_WORD)];
    this.bounds = new int[Math.toIntExact((size + CHUNK - 1) / CHUNK)];
    Arrays.fill(bounds, CHUNK);
    counts[State.FREE.code] = size;
    // What the last word has beyond the end is never free.
    int rest = (int) (size % BLOCKS_PER_WORD);
    if (rest != 0) {
      words[words.length - 1] = LOW_BITS << (2 * rest);
    }
  }

  /// The same map with free blocks added at its end.
  BlockMap grownTo(long newSize) {
    if (newSize < size) {
      throw new IllegalArgumentException(
          "a map of " + size + " blocks cannot shrink to " + newSize);
    }
    BlockMap grown = new BlockMap(newSize);
    long full = size / BLOCKS_PER_WORD;
    System.arraycopy(words, 0, grown.words, 0, (int) full);
    for (long block = full * BLOCKS_PER_WORD; block < size; block++) {
      if (stateOf(block) != State.FREE) {
        grown.words[(int) full] |= (long) stateOf(block).code << (2 * (block & 31));
      }
    }
    System.arraycopy(counts, 0, grown.counts, 0, counts.length);
    grown.counts[State.FREE.code] += newSize - size;
    grown.cursor = cursor;
    return grown;
  }

  /// How many blocks there are.
  long size() {
    return size;
  }

  /// How many blocks are in this state.
  long count(State state) {
    return counts[state.code];
  }

  /// State of one block.
  State stateOf(long block) {
    if (block < 0 || block >= size) {
      throw new IndexOutOfBoundsException("block " + block + " of " + size);
    }
    return STATES[(int) (words[(int) (block >> 5)] >>> (2 * (block & 31))) & 3];
  }

  /// Moves a run from one state to another.
  ///
  /// @throws IllegalStateException if one of the blocks is not in state `from`; nothing was changed
  void move(long first, int count, State from, State to) {
    if (first < 0 || count < 1 || first + count > size) {
      throw new IllegalStateException(
          "blocks " + first + " to " + (first + count) + " are not among " + size);
    }
    long expected = LOW_BITS * from.code;
    long wanted = LOW_BITS * to.code;
    long end = first + count;
    for (long block = first; block < end; block = nextWord(block)) {
      long mask = mask(block, end);
      long found = words[(int) (block >> 5)];
      if (((found ^ expected) & mask) != 0) {
        throw unexpected(block, end, from, to);
      }
    }
    for (long block = first; block < end; block = nextWord(block)) {
      long mask = mask(block, end);
      int word = (int) (block >> 5);
      words[word] = (words[word] & ~mask) | (wanted & mask);
    }
    counts[from.code] -= count;
    counts[to.code] += count;
    if (to == State.FREE) {
      // A run that begins in an earlier chunk may have become longer too; its bound counts only
      // what lies within that chunk, so just the chunks of these blocks change.
      for (int chunk = chunkOf(first); chunk <= chunkOf(end - 1); chunk++) {
        bounds[chunk] = CHUNK;
      }
    }
  }

  private static long nextWord(long block) {
    return (block | 31) + 1;
  }

  /// The bits of the blocks from `block` to before `end` that share a word with `block`.
  private static long mask(long block, long end) {
    long mask = -1L << (2 * (block & 31));
    long left = end - (block & ~31L);
    return left >= BLOCKS_PER_WORD ? mask : mask & ~(-1L << (2 * left));
  }

  private IllegalStateException unexpected(long first, long end, State from, State to) {
    long block = first;
    while (block < end - 1 && stateOf(block) == from) {
      block++;
    }
    return new IllegalStateException(
        "block " + block + " is " + stateOf(block) + " and cannot go from " + from + " to " + to);
  }

  /// Length of the free run that begins exactly at `block`, counted up to `limit`.
  int freeAt(long block, int limit) {
    if (block < 0 || block >= size) {
      return 0;
    }
    long end = Math.min(size, block + limit);
    long at = block;
    while (at < end) {
      long occupied = occupied((int) (at >> 5)) >>> (2 * (at & 31));
      if (occupied != 0) {
        at += Long.numberOfTrailingZeros(occupied) >> 1;
        break;
      }
      at = nextWord(at);
    }
    return (int) (Math.min(at, end) - block);
  }

  /// One bit, the lower of its two, for each block of a word that is not free.
  private long occupied(int word) {
    long bits = words[word];
    return (bits | bits >>> 1) & LOW_BITS;
  }

  /// Finds a free run of `wanted` blocks, looking from where the last one was taken; if there is
  /// none within a chunk, the longest that is. Answers its first block, or -1 if nothing is free;
  /// [#freeAt] tells its length.
  long find(int wanted) {
    if (wanted < 1 || wanted > CHUNK) {
      throw new IllegalArgumentException("a run of " + wanted + " blocks cannot be searched for");
    }
    if (count(State.FREE) == 0) {
      return -1;
    }
    int start = chunkOf(Math.min(cursor, size - 1));
    // The rest of the chunk where the last run was taken comes first: next fit.
    if (freeAt(cursor, wanted) == wanted) {
      return cursor;
    }
    for (int i = 0; i <= bounds.length; i++) {
      int chunk = start + i < bounds.length ? start + i : start + i - bounds.length;
      if (bounds[chunk] >= wanted) {
        long found = search(chunk, wanted, i == 0 ? cursor : 0);
        if (found >= 0) {
          return found;
        }
      }
    }
    return longest();
  }

  /// The next search begins here.
  void continueAt(long block) {
    cursor = block >= size ? 0 : block;
  }

  /// Where in a chunk the first run of `wanted` free blocks begins that reaches beyond `from`. If
  /// there is none in the whole chunk its bound becomes exact; answers -1 then.
  private long search(int chunk, int wanted, long from) {
    long begin = (long) chunk * CHUNK;
    long end = Math.min(size, begin + CHUNK);
    boolean longEnough = false;
    int longest = 0;
    long at = nextFree(begin, end);
    while (at < end) {
      // A run may reach beyond its chunk; the bound counts what lies within.
      int length = freeAt(at, (int) Math.max(wanted, end - at));
      longest = Math.max(longest, (int) Math.min(length, end - at));
      long usable = Math.max(at, from);
      if (usable + wanted <= at + length) {
        return usable;
      }
      longEnough |= length >= wanted;
      at = nextFree(at + length, end);
    }
    if (!longEnough) {
      bounds[chunk] = longest;
    }
    return -1;
  }

  private long nextFree(long block, long end) {
    long at = block;
    while (at < end) {
      long free = (~occupied((int) (at >> 5)) & LOW_BITS) >>> (2 * (at & 31));
      if (free != 0) {
        return at + (Long.numberOfTrailingZeros(free) >> 1);
      }
      at = nextWord(at);
    }
    return end;
  }

  /// Where the longest run within one chunk begins. Called when no run is as long as wanted: then
  /// most bounds are exact already.
  private long longest() {
    int[] best = {-1, 0};
    for (int chunk = 0; chunk < bounds.length; chunk++) {
      if (bounds[chunk] > best[1]) {
        int length = measure(chunk);
        if (length > best[1]) {
          best[0] = chunk;
          best[1] = length;
        }
      }
    }
    return best[0] < 0 ? -1 : search(best[0], best[1], 0);
  }

  /// Makes the bound of a chunk exact.
  private int measure(int chunk) {
    long end = Math.min(size, (chunk + 1L) * CHUNK);
    int longest = 0;
    long at = nextFree((long) chunk * CHUNK, end);
    while (at < end) {
      int length = freeAt(at, (int) (end - at));
      longest = Math.max(longest, length);
      at = nextFree(at + length, end);
    }
    bounds[chunk] = longest;
    return longest;
  }

  private static int chunkOf(long block) {
    return (int) (block / CHUNK);
  }
}
