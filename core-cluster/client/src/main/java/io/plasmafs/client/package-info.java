/// The one client library: transactions, files and streams of a cluster. It speaks to the
/// coordinator for metadata and moves blocks to and from datanodes directly.
///
/// Read [PlasmaClient] first, then [Namespace], which lists everything that can be done, and
/// [Transaction]. Package `tree` copies whole directories. The package must never know how
/// namenodes and datanodes work inside; what passes between is the published wire contract.
@NullMarked
package io.plasmafs.client;

import org.jspecify.annotations.NullMarked;
