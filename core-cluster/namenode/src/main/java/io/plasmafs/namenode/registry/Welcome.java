package io.plasmafs.namenode.registry;

import io.plasmafs.model.DatanodeId;
import java.time.Duration;

/// The answer to an [Announcement] that was accepted.
///
/// @param next when to announce again
public record Welcome(DatanodeId datanode, long epoch, Duration next) {}
