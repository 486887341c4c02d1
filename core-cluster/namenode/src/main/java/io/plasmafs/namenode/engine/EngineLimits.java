package io.plasmafs.namenode.engine;

import java.time.Duration;

/// What one client, one user and the whole engine may use.
///
/// @param idleTimeout a transaction without a call for so long is aborted, unless it asked for less
///   or more
/// @param idleTimeoutMax the most that a transaction can ask for
/// @param openPerSession transactions open at a time on one connection
/// @param openPerUser transactions open at a time of one user; superusers excepted
/// @param operationsPerTransaction operations that one transaction may run
/// @param bytesPerTransaction memory that the changes of one transaction may take
/// @param bytesOfTransactions memory that the changes of all open transactions may take
/// @param queuedEvents compounds that may wait for the engine at a time
/// @param batchCommits commits in one append
/// @param batchBytes about the size of one append
/// @param unappliedBytes of commits that are durable but not in the tables yet; beyond it commits
///   wait
/// @param commitPatience how long a commit waits for the store before it fails
/// @param cacheBytes of committed metadata kept in memory
/// @param xattrsPerInode number of extended attributes of one inode
/// @param xattrBytesPerInode names and values together
/// @param symlinksPerPath followed before ELOOP
/// @param tokens commits whose tokens are remembered in memory
public record EngineLimits(
    Duration idleTimeout,
    Duration idleTimeoutMax,
    int openPerSession,
    int openPerUser,
    long operationsPerTransaction,
    long bytesPerTransaction,
    long bytesOfTransactions,
    int queuedEvents,
    int batchCommits,
    long batchBytes,
    long unappliedBytes,
    Duration commitPatience,
    long cacheBytes,
    int xattrsPerInode,
    int xattrBytesPerInode,
    int symlinksPerPath,
    int tokens) {

  /// What a namenode with a heap of 384 MiB can stand.
  public static final EngineLimits DEFAULT =
      new EngineLimits(
          Duration.ofSeconds(60),
          Duration.ofMinutes(10),
          1024,
          4096,
          20_000_000,
          64L << 20,
          96L << 20,
          65536,
          1024,
          4L << 20,
          32L << 20,
          Duration.ofSeconds(20),
          96L << 20,
          256,
          256 << 10,
          40,
          1 << 17);

  /// Memory that the changes of all open transactions of one user may take, superusers excepted: no
  /// user can use up what there is for all.
  public long bytesPerUser() {
    return bytesOfTransactions / 4 * 3;
  }

  /// Memory that the changes of all open transactions of one connection may take.
  public long bytesPerSession() {
    return bytesOfTransactions / 8 * 7;
  }

  /// With a cache of another size.
  public EngineLimits withCacheBytes(long bytes) {
    return new EngineLimits(
        idleTimeout,
        idleTimeoutMax,
        openPerSession,
        openPerUser,
        operationsPerTransaction,
        bytesPerTransaction,
        bytesOfTransactions,
        queuedEvents,
        batchCommits,
        batchBytes,
        unappliedBytes,
        commitPatience,
        bytes,
        xattrsPerInode,
        xattrBytesPerInode,
        symlinksPerPath,
        tokens);
  }
}
