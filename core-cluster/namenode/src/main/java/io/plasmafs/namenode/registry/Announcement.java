package io.plasmafs.namenode.registry;

/// What a datanode says of itself, at start and with every heartbeat.
///
/// @param cluster it belongs to
/// @param identity of its store, 32 hexadecimal digits
/// @param address host:port where it serves
/// @param local `unix:/path` for clients on the same host, or empty
/// @param host failure domain
/// @param rack wider failure domain, or empty
/// @param blocks capacity
/// @param pid of its process
/// @param start another number is a restart; the process may well have the number it had before
/// @param failed its disk has refused: it is out of service
public record Announcement(
    String cluster,
    String identity,
    String address,
    String local,
    String host,
    String rack,
    long blocks,
    int blockSize,
    int sliceSize,
    int pid,
    long start,
    boolean failed) {}
