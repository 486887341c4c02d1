/// Connections to namenodes and datanodes: the procedures of the wire contract as asynchronous
/// calls on values of the model.
///
/// The package knows nothing of files, streams or retries of transactions; only how the coordinator
/// and the datanodes are found and spoken to. Read [CoordinatorLink] first, then [DatanodePool].
@NullMarked
package io.plasmafs.client.wire;

import org.jspecify.annotations.NullMarked;
