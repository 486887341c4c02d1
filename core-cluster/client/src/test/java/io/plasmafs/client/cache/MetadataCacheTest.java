package io.plasmafs.client.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Outcome;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetadataCacheTest {
  private static final InodeId FILE = new InodeId(5);
  private static final FsPath PATH = FsPath.of("/file");
  private static final Name NAME = PATH.last();

  private long clock = 1000;
  private final MetadataCache cache = new MetadataCache(1 << 20, () -> clock);
  private final int alice = cache.who(new Principal("alice", "users", Set.of()));
  private final int bob = cache.who(new Principal("bob", "users", Set.of()));

  private static Attributes attributes(InodeId inode, FileType type, long version) {
    return new Attributes(
        inode,
        type,
        0644,
        "alice",
        "users",
        version,
        Instant.EPOCH,
        Instant.EPOCH,
        Instant.EPOCH,
        1,
        1,
        0,
        version,
        version);
  }

  private static Attributes root(long version) {
    return attributes(InodeId.ROOT, FileType.DIRECTORY, version);
  }

  private static Attributes file(long version) {
    return attributes(FILE, FileType.REGULAR, version);
  }

  /// Alice has looked up the file.
  private void learn(long rootVersion, long fileVersion, long asked) {
    cache.inode(root(rootVersion), asked);
    cache.inode(file(fileVersion), asked);
    cache.entry(InodeId.ROOT, rootVersion, NAME, Optional.of(FILE));
    cache.granted(alice, InodeId.ROOT, rootVersion, Right.SEARCH);
  }

  @Test
  void whatWasLookedUpIsFound() {
    learn(1, 2, cache.now());
    assertThat(cache.route(alice, PATH))
        .contains(new Route(java.util.List.of(root(1)), Optional.of(file(2)), cache.now()));
  }

  @Test
  void grantsAreForOnePrincipalAndOneVersion() {
    learn(1, 2, 1);
    assertThat(cache.route(bob, PATH)).isEmpty();
    cache.inode(root(3), 1);
    cache.entry(InodeId.ROOT, 3, NAME, Optional.of(FILE));
    assertThat(cache.route(alice, PATH)).isEmpty();
  }

  @Test
  void nobodyIsGrantedAnything() {
    MetadataCache off = new MetadataCache(0);
    int who = off.who(new Principal("alice", "users", Set.of()));
    cache.granted(who, InodeId.ROOT, 1, Right.SEARCH);
    assertThat(cache.may(who, root(1), Right.SEARCH)).isFalse();
  }

  @Test
  void anEntryEndsWithTheVersionOfItsDirectory() {
    learn(1, 2, 1);
    cache.inode(root(3), 1);
    cache.granted(alice, InodeId.ROOT, 3, Right.SEARCH);
    assertThat(cache.route(alice, PATH)).isEmpty();
  }

  @Test
  void absenceIsKnownToo() {
    learn(1, 2, 1);
    cache.entry(InodeId.ROOT, 1, NAME, Optional.empty());
    assertThat(cache.route(alice, PATH).orElseThrow().target()).isEmpty();
  }

  @Test
  void lateAnswersDoNotBringBackWhatIsOld() {
    learn(1, 7, 1);
    cache.inode(file(6), cache.now());
    assertThat(cache.route(alice, PATH).orElseThrow().target()).contains(file(7));
  }

  @Test
  void uncommittedIsNotTakenIn() {
    learn(1, 2, 1);
    cache.inode(file(0), cache.now());
    assertThat(cache.route(alice, PATH).orElseThrow().target()).contains(file(2));
    cache.content(file(0), new Outcome.Body.Inline(Bytes.wrap(new byte[1])));
    assertThat(cache.content(file(0))).isEmpty();
  }

  @Test
  void evictionLeavesAMark() {
    MetadataCache tiny = new MetadataCache(1000, () -> clock);
    clock = 2000;
    tiny.inode(file(9), tiny.now());
    long asked = tiny.now();
    clock = 3000;
    // Everything is forgotten, the file for certain.
    for (int i = 100; i < 5000; i++) {
      for (int n = 0; n < 3; n++) {
        tiny.inode(attributes(new InodeId(i), FileType.REGULAR, 1), tiny.now());
      }
    }
    tiny.inode(file(8), asked);
    tiny.entry(InodeId.ROOT, 1, NAME, Optional.of(FILE));
    assertThat(tiny.routeForComparison(PATH)).isEmpty();
  }

  @Test
  void validationRenewsTrustOrEndsIt() {
    learn(1, 2, 1);
    clock += 100;
    assertThat(cache.isTrusted(cache.route(alice, PATH).orElseThrow().askedNanos(), 50)).isFalse();
    long asked = cache.now();
    cache.versions(
        Map.of(InodeId.ROOT, new Outcome.VersionPair(1, 1), FILE, new Outcome.VersionPair(2, 2)),
        asked);
    assertThat(cache.isTrusted(cache.route(alice, PATH).orElseThrow().askedNanos(), 50)).isTrue();
    cache.versions(Map.of(FILE, new Outcome.VersionPair(3, 2)), cache.now() + 1);
    assertThat(cache.route(alice, PATH)).isEmpty();
    assertThat(cache.statistics(new BlockCache(0, 1 << 16)).outdated()).isEqualTo(1);
  }

  @Test
  void trustEndsWithACommitOfOnesOwn() {
    learn(1, 2, cache.now());
    clock += 10;
    long asked = cache.route(alice, PATH).orElseThrow().askedNanos();
    assertThat(cache.isTrusted(asked, 100)).isTrue();
    cache.distrustOlder();
    assertThat(cache.isTrusted(asked, 100)).isFalse();
    assertThat(cache.isTrusted(cache.now(), 0)).isFalse();
  }

  @Test
  void trustEndsWithAnAnswerThatIsPassedOver() {
    learn(1, 2, cache.now());
    clock += 10;
    cache.distrustOlder();
    long asked = cache.route(alice, PATH).orElseThrow().askedNanos();
    assertThat(cache.isTrusted(asked, 100)).isFalse();
    learn(1, 2, cache.now());
    asked = cache.route(alice, PATH).orElseThrow().askedNanos();
    assertThat(cache.isTrusted(asked, 100)).isTrue();
  }

  @Test
  void contentBelongsToOneVersion() {
    Outcome.Body body = new Outcome.Body.Inline(Bytes.wrap(new byte[10]));
    cache.content(file(2), body);
    assertThat(cache.content(file(2))).contains(body);
    assertThat(cache.content(file(3))).isEmpty();
  }

  @Test
  void memoryIsBounded() {
    MetadataCache small = new MetadataCache(100_000);
    for (int i = 1; i < 10_000; i++) {
      Attributes one = attributes(new InodeId(i), FileType.REGULAR, 1);
      small.inode(one, 1);
      small.content(one, new Outcome.Body.Inline(Bytes.wrap(new byte[i % 5000])));
    }
    CacheStatistics statistics = small.statistics(new BlockCache(0, 1 << 16));
    assertThat(statistics.heapBytes()).isBetween(1L, 100_000L);
    assertThat(statistics.evictions()).isPositive();
  }
}
