package io.plasmafs.namenode.store;

import java.time.Duration;

/// Where the database is, whose it is, and the bounds of the store.
///
/// @param jdbcUrl `jdbc:postgresql://host:port/database`
/// @param cluster name of the cluster: a database remembers it and serves no other
/// @param blockSize of the cluster, bytes: remembered likewise
/// @param readers connections that answer questions
/// @param patience how long a call waits for a database that cannot be reached, and how long the
///   outcome of an append is looked for after its connection broke
/// @param retainedCommits applied commits are kept in the log up to this number ...
/// @param retainedBytes ... and this size
/// @param retainedTokens tokens of this many last commits are kept
/// @param maxLagBytes appends wait while more than this, contents of small files included, is not
///   yet in the tables. In memory it takes several times as much
public record StoreSettings(
    String jdbcUrl,
    String user,
    String password,
    String cluster,
    int blockSize,
    int readers,
    Duration patience,
    long retainedCommits,
    long retainedBytes,
    long retainedTokens,
    long maxLagBytes) {

  /// A client that waited in vain for the answer to a commit, up to 30 s, asks for another 60 s
  /// what became of it, and waits 30 s for the last answer: at 20,000 commits a second 2,400,000
  /// may have come after it. A token takes 4 bytes of the namenode's memory (see [TokenFilter]) and
  /// 115 to 155 of the database: 10 MB and up to 400 MB when there are so many.
  static final long DEFAULT_RETAINED_TOKENS = 2_500_000;

  public StoreSettings {
    if (cluster.isEmpty() || readers < 1 || retainedCommits < 0 || retainedBytes < 0) {
      throw new IllegalArgumentException(
          "a store needs a cluster name and at least one reader, and retains no negative amount");
    }
  }

  /// With the usual bounds.
  public static StoreSettings of(
      String jdbcUrl, String user, String password, String cluster, int blockSize) {
    return new StoreSettings(
        jdbcUrl,
        user,
        password,
        cluster,
        blockSize,
        3,
        Duration.ofSeconds(30),
        100_000,
        64L << 20,
        DEFAULT_RETAINED_TOKENS,
        8L << 20);
  }

  /// With another patience.
  public StoreSettings withPatience(Duration newPatience) {
    return new StoreSettings(
        jdbcUrl,
        user,
        password,
        cluster,
        blockSize,
        readers,
        newPatience,
        retainedCommits,
        retainedBytes,
        retainedTokens,
        maxLagBytes);
  }

  /// With another retention of the log and of tokens, in commits.
  public StoreSettings withRetention(long commits, long bytes, long tokens) {
    return new StoreSettings(
        jdbcUrl,
        user,
        password,
        cluster,
        blockSize,
        readers,
        patience,
        commits,
        bytes,
        tokens,
        maxLagBytes);
  }

  /// Without the password.
  @Override
  public String toString() {
    return "StoreSettings[" + jdbcUrl + ", user " + user + ", cluster " + cluster + "]";
  }
}
