package io.plasmafs.namenode.registry;

import java.time.Duration;

/// What the registry goes by.
///
/// @param cluster name of the cluster
/// @param blockSize bytes
/// @param sliceSize bytes under one checksum
/// @param enableNew whether a datanode that proves to hold the cluster's secret is used without an
///   operator's word
/// @param heartbeat how often datanodes are asked to announce themselves
/// @param suspectAfter silence after which nothing is allocated on a datanode any more
/// @param deadAfter silence after which it is no longer read either
/// @param keysInterval how often a datanode is sent its keys even if nothing has changed
/// @param settleAfter how long after the start datanodes that are known may take to announce
///   themselves
public record RegistrySettings(
    String cluster,
    int blockSize,
    int sliceSize,
    boolean enableNew,
    Duration heartbeat,
    Duration suspectAfter,
    Duration deadAfter,
    Duration keysInterval,
    Duration settleAfter) {
  public RegistrySettings {
    if (heartbeat.compareTo(suspectAfter) >= 0 || suspectAfter.compareTo(deadAfter) >= 0) {
      throw new IllegalArgumentException(
          "heartbeat "
              + heartbeat
              + ", suspect "
              + suspectAfter
              + " and dead "
              + deadAfter
              + " must grow in this order");
    }
  }
}
