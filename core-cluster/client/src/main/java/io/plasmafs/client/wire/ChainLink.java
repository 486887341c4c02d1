package io.plasmafs.client.wire;

import io.plasmafs.model.Ticket;

/// The next datanode of a chain.
///
/// @param address host:port
/// @param block where the data go on that datanode
public record ChainLink(String address, Ticket admission, long block) {}
