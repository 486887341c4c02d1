package io.plasmafs.namenode.store;

import io.plasmafs.model.CommitToken;

/// Tells in memory that a token is in no commit of the store, so that the commit of a new token
/// need not ask the database. Never wrong when it says so; of the tokens that are new it takes
/// about one in a thousand for one that may be there, which costs a look-up.
///
/// Two Bloom filters (Bloom 1970), each for as many tokens as the store retains. New tokens enter
/// the younger; when that is full the older, all of whose tokens the store has forgotten by then,
/// is given up. 16 bits a token and filter: 10 MB for 2.5 million.
///
/// Written by one thread at a time, read by any: a reader sees the tokens whose append it knows to
/// have ended, which is all that it asks for.
final class TokenFilter {
  private static final int BITS_PER_TOKEN = 16;
  private static final int PROBES = 8;
  private static final int LEAST_CAPACITY = 1024;

  private final int capacity;

  /// Nothing is ruled out before there is an older one.
  private volatile Bloom older = Bloom.EVERYTHING;

  private volatile Bloom younger;

  /// @param retained how many of the last tokens the store keeps
  TokenFilter(long retained) {
    if (retained > Integer.MAX_VALUE / BITS_PER_TOKEN) {
      throw new IllegalArgumentException(retained + " tokens are too many to be filtered");
    }
    capacity = (int) Math.max(LEAST_CAPACITY, retained);
    younger = new Bloom(capacity);
  }

  /// An empty filter for what was in the store before this one saw the first token, to be given to
  /// [#complete].
  Bloom forStored() {
    return new Bloom(capacity);
  }

  /// All that was stored before is known now.
  void complete(Bloom stored) {
    older = stored;
  }

  /// A token is about to be stored.
  void add(CommitToken token) {
    if (younger.added >= capacity && older != Bloom.EVERYTHING) {
      Bloom full = younger;
      // in this order: between the two steps nothing is missing
      older = full;
      younger = new Bloom(capacity);
    }
    younger.add(token);
  }

  /// False if no commit of the store has the token.
  boolean mayHave(CommitToken token) {
    long hash = hash(token);
    // the younger one first: what leaves it while this runs is in the older one then
    return younger.mayHave(hash) || older.mayHave(hash);
  }

  /// FNV-1a over 64 bits, mixed once more because its high bits alone are weak.
  private static long hash(CommitToken token) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : token.bytes()) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
    return hash ^ (hash >>> 32);
  }

  /// One filter.
  static final class Bloom {
    /// Rules nothing out.
    private static final Bloom EVERYTHING = new Bloom(0);

    private final long[] bits;
    private int added;

    private Bloom(int capacity) {
      bits = new long[Math.max(1, (int) ((long) capacity * BITS_PER_TOKEN / Long.SIZE))];
      if (capacity == 0) {
        bits[0] = -1;
      }
    }

    void add(CommitToken token) {
      long hash = hash(token);
      for (int probe = 0; probe < PROBES; probe++) {
        int bit = bit(hash, probe);
        bits[bit >>> 6] |= 1L << bit;
      }
      added++;
    }

    boolean mayHave(long hash) {
      for (int probe = 0; probe < PROBES; probe++) {
        int bit = bit(hash, probe);
        if ((bits[bit >>> 6] & (1L << bit)) == 0) {
          return false;
        }
      }
      return true;
    }

    /// The probes of a token from two halves of its hash (Kirsch and Mitzenmacher 2006).
    private int bit(long hash, int probe) {
      int mixed = (int) hash + probe * ((int) (hash >>> 32) | 1);
      return (int) (((mixed & 0xffffffffL) * ((long) bits.length * Long.SIZE)) >>> 32);
    }
  }
}
