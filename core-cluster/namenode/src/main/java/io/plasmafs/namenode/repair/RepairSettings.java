package io.plasmafs.namenode.repair;

import java.time.Duration;

/// How repair is done.
///
/// @param after how long a datanode may be gone before its replicas are made anew
/// @param interval between two looks at the datanodes
/// @param scan between two looks at all files and what the datanodes have of them
/// @param copies at a time
/// @param bytesPerSecond that all copies together may move
public record RepairSettings(
    Duration after, Duration interval, Duration scan, int copies, long bytesPerSecond) {}
