package io.plasmafs.client.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Attributes, names, permissions and contents of committed inodes. Safe for use by many threads.
///
/// Times are this cache's own: nanoseconds since it was made, by [#now()], from 1 on.
public final class MetadataCache {
  /// Evictions leave their marks in so many places; inodes that share one suffer together.
  private static final int MARKS = 1024;

  /// Principals told apart. Beyond this nothing is remembered of what further ones may do.
  private static final int MOST_PRINCIPALS = 4096;

  private static final int NOBODY = -1;

  /// What something is known by.
  private sealed interface Key {
    record Inode(InodeId inode) implements Key {}

    record Entry(InodeId directory, Name name) implements Key {}

    record Grant(int who, InodeId inode) implements Key {}

    record Content(InodeId inode, long contentVersion) implements Key {}
  }

  /// What is known.
  private sealed interface Value {
    int weight();

    record Inode(Attributes attributes, long askedNanos) implements Value {
      @Override
      public int weight() {
        return 320;
      }
    }

    record Entry(long directoryVersion, Optional<InodeId> child, int weight) implements Value {}

    record Grant(long version, int bits) implements Value {
      @Override
      public int weight() {
        return 112;
      }
    }

    record Content(Outcome.Body body, int weight) implements Value {}
  }

  private final Cache<Key, Value> known;
  private final boolean on;
  private final LongSupplier clock;
  private final long origin;
  private final Map<Principal, Integer> principals = new ConcurrentHashMap<>();
  private final AtomicInteger lastPrincipal = new AtomicInteger();

  /// By inode: answers to questions asked before may be older than what was evicted.
  private final AtomicLongArray evictedNanos = new AtomicLongArray(MARKS);

  /// Answers to questions asked before may lack what this client has committed, or has seen and not
  /// taken in.
  private final AtomicLong trustedNanos = new AtomicLong();

  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder validations = new LongAdder();
  private final LongAdder validated = new LongAdder();
  private final LongAdder outdated = new LongAdder();
  private final LongAdder evictions = new LongAdder();

  /// A cache of so many bytes of heap.
  public MetadataCache(long bytes) {
    this(bytes, System::nanoTime);
  }

  MetadataCache(long bytes, LongSupplier clock) {
    this.on = bytes > 0;
    this.clock = clock;
    this.origin = clock.getAsLong();
    this.known =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher((Key key, Value value) -> value.weight())
            .evictionListener(this::evicted)
            .executor(Runnable::run)
            .build();
  }

  private void evicted(@Nullable Key key, @Nullable Value value, RemovalCause cause) {
    evictions.increment();
    if (key instanceof Key.Inode(InodeId inode)) {
      mark(inode);
    }
  }

  private void mark(InodeId inode) {
    evictedNanos.accumulateAndGet(place(inode), now(), Math::max);
  }

  private static int place(InodeId inode) {
    return Long.hashCode(inode.value() * 0x9E3779B97F4A7C15L) >>> 1 & MARKS - 1;
  }

  /// This moment.
  public long now() {
    return clock.getAsLong() - origin + 1;
  }

  /// A short name for a principal.
  public int who(Principal principal) {
    Integer present = principals.get(principal);
    if (present != null) {
      return present;
    }
    if (!on || principals.size() >= MOST_PRINCIPALS) {
      return NOBODY;
    }
    return principals.computeIfAbsent(principal, unused -> lastPrincipal.incrementAndGet());
  }

  // ---- learning ----

  /// Takes in what was answered to a question.
  ///
  /// @param askedNanos when the question was sent, by [#now()]
  public void inode(Attributes attributes, long askedNanos) {
    if (!on || attributes.version() == 0) {
      return;
    }
    known
        .asMap()
        .compute(
            new Key.Inode(attributes.inode()),
            (key, before) -> {
              if (before instanceof Value.Inode(Attributes old, long oldAsked)) {
                if (old.version() > attributes.version()) {
                  return before;
                }
                if (old.version() == attributes.version()) {
                  return oldAsked >= askedNanos ? before : new Value.Inode(old, askedNanos);
                }
              } else if (askedNanos <= evictedNanos.get(place(attributes.inode()))) {
                return null;
              }
              return new Value.Inode(attributes, askedNanos);
            });
  }

  /// Takes in that a directory has a name, or has it not.
  ///
  /// @param directoryVersion content version of the directory at that moment
  public void entry(InodeId directory, long directoryVersion, Name name, Optional<InodeId> child) {
    if (!on || directoryVersion == 0) {
      return;
    }
    Value.Entry fresh = new Value.Entry(directoryVersion, child, 192 + name.length());
    known
        .asMap()
        .merge(
            new Key.Entry(directory, name),
            fresh,
            (before, unused) ->
                before instanceof Value.Entry old && old.directoryVersion() > directoryVersion
                    ? before
                    : fresh);
  }

  /// Takes in that a directory has reached a content version: what is known of it in an older one
  /// is dropped.
  public void directoryReached(InodeId directory, long contentVersion) {
    if (contentVersion == 0) {
      return;
    }
    known
        .asMap()
        .computeIfPresent(
            new Key.Inode(directory),
            (key, before) -> {
              if (before instanceof Value.Inode(Attributes old, long unused)
                  && old.contentVersion() >= contentVersion) {
                return before;
              }
              mark(directory);
              return null;
            });
  }

  /// Takes in that the namenode let somebody do something with an inode of this version.
  public void granted(int who, InodeId inode, long version, Right right) {
    if (!on || who == NOBODY || version == 0) {
      return;
    }
    Value.Grant fresh = new Value.Grant(version, right.bit());
    Key.Grant key = new Key.Grant(who, inode);
    if (fresh.equals(known.getIfPresent(key))) {
      return;
    }
    known
        .asMap()
        .merge(
            key,
            fresh,
            (before, unused) -> {
              if (before instanceof Value.Grant(long old, int bits)) {
                if (old > version) {
                  return before;
                }
                return old == version ? new Value.Grant(version, bits | right.bit()) : fresh;
              }
              return fresh;
            });
  }

  /// Takes in the whole content, or the first page of the block list, of a file.
  ///
  /// @param body whose tickets, if it has any, belong to no transaction
  public void content(Attributes attributes, Outcome.Body body) {
    if (!on || attributes.contentVersion() == 0) {
      return;
    }
    int weight = 160;
    switch (body) {
      case Outcome.Body.Inline(var bytes) -> weight += bytes.length();
      case Outcome.Body.Blocks(var extents, long next, var inline) -> {
        weight += inline.map(block -> 32 + block.bytes().length()).orElse(0);
        for (GrantedExtent extent : extents) {
          weight += 160 + extent.tickets().size() * 240 + extent.extent().checksums().count() * 4;
        }
      }
    }
    known.put(
        new Key.Content(attributes.inode(), attributes.contentVersion()),
        new Value.Content(body, weight));
  }

  /// Takes in what one call said of versions.
  ///
  /// @param askedNanos when it was sent
  public void versions(Map<InodeId, Outcome.VersionPair> versions, long askedNanos) {
    validations.increment();
    validated.add(versions.size());
    versions.forEach((inode, now) ->
        known
            .asMap()
            .computeIfPresent(
                new Key.Inode(inode),
                (key, before) -> {
                  if (before instanceof Value.Inode(Attributes old, long oldAsked)
                      && (old.version() == now.version() || oldAsked >= askedNanos)) {
                    return new Value.Inode(old, Math.max(oldAsked, askedNanos));
                  }
                  outdated.increment();
                  mark(inode);
                  return null;
                }));
  }

  /// What was asked before is trusted no more: this client has committed something, or may have; or
  /// an answer is not taken in, and nobody has been given it yet.
  public void distrustOlder() {
    trustedNanos.accumulateAndGet(now(), Math::max);
  }

  /// What the namenode said contradicts this route.
  public void contradicted(Route route) {
    for (Attributes directory : route.directories()) {
      var unused =
          known
              .asMap()
              .computeIfPresent(
                  new Key.Inode(directory.inode()),
                  (key, before) -> {
                    mark(directory.inode());
                    return null;
                  });
    }
  }

  // ---- looking ----

  /// Where a path from the root leads, for somebody who was let through before.
  ///
  /// @param who by [#who]
  public Optional<Route> route(int who, FsPath path) {
    return route(path, directory -> may(who, directory, Right.SEARCH));
  }

  /// Where a path from the root leads, whoever may follow it: to compare with what was answered,
  /// never to be given to anybody.
  public Optional<Route> routeForComparison(FsPath path) {
    return route(path, directory -> true);
  }

  private interface Gate {
    boolean passes(Attributes directory);
  }

  private Optional<Route> route(FsPath path, Gate gate) {
    if (!on) {
      return Optional.empty();
    }
    List<Attributes> directories = new ArrayList<>(path.names().size());
    InodeId at = InodeId.ROOT;
    long asked = Long.MAX_VALUE;
    for (Name name : path.names()) {
      Value.Inode directory = find(at);
      if (directory == null
          || directory.attributes().type() != FileType.DIRECTORY
          || !gate.passes(directory.attributes())) {
        return Optional.empty();
      }
      directories.add(directory.attributes());
      asked = Math.min(asked, directory.askedNanos());
      if (!(known.getIfPresent(new Key.Entry(at, name))
              instanceof Value.Entry(long version, Optional<InodeId> child, int unused))
          || version != directory.attributes().contentVersion()) {
        return Optional.empty();
      }
      if (child.isEmpty()) {
        return Optional.of(new Route(directories, Optional.empty(), asked));
      }
      at = child.get();
    }
    Value.Inode target = find(at);
    return target == null
        ? Optional.empty()
        : Optional.of(
            new Route(
                directories,
                Optional.of(target.attributes()),
                Math.min(asked, target.askedNanos())));
  }

  private Value.@Nullable Inode find(InodeId inode) {
    return known.getIfPresent(new Key.Inode(inode)) instanceof Value.Inode found ? found : null;
  }

  /// Whether the namenode let somebody do this with this version of an inode.
  public boolean may(int who, Attributes inode, Right right) {
    return known.getIfPresent(new Key.Grant(who, inode.inode()))
            instanceof Value.Grant(long version, int bits)
        && version == inode.version()
        && (bits & right.bit()) != 0;
  }

  /// The content of a file in the version that its attributes have.
  public Optional<Outcome.Body> content(Attributes attributes) {
    return known.getIfPresent(new Key.Content(attributes.inode(), attributes.contentVersion()))
            instanceof Value.Content(Outcome.Body body, int unused)
        ? Optional.of(body)
        : Optional.empty();
  }

  /// Whether something asked then is trusted without validation.
  ///
  /// @param stalenessNanos the age allowed; nothing is trusted if it is 0
  public boolean isTrusted(long askedNanos, long stalenessNanos) {
    return stalenessNanos > 0
        && askedNanos >= trustedNanos.get()
        && now() - askedNanos <= stalenessNanos;
  }

  // ---- counting ----

  /// So many lookups were answered from memory, and so many were not.
  public void count(long hit, long missed) {
    hits.add(hit);
    misses.add(missed);
  }

  /// The counters, together with those of `blocks`.
  public CacheStatistics statistics(BlockCache blocks) {
    known.cleanUp();
    long heap = known.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
    return new CacheStatistics(
        hits.sum(),
        misses.sum(),
        validations.sum(),
        validated.sum(),
        outdated.sum(),
        evictions.sum(),
        heap,
        blocks.hits(),
        blocks.misses(),
        blocks.joins(),
        blocks.evictions(),
        blocks.directBytes());
  }
}
