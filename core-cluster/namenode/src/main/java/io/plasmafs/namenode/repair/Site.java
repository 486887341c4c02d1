package io.plasmafs.namenode.repair;

import io.plasmafs.model.Datanode;

/// A datanode, and what it is worth now.
public record Site(Datanode datanode, Standing standing) {}
