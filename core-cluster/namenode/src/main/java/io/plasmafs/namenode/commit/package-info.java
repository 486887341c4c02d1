/// The way of a transaction from "commit" to "durable and visible": batches, retries, doubt.
///
/// Confined to the engine's thread. Knows nothing of operations. Read [CommitPipeline] first.
@NullMarked
package io.plasmafs.namenode.commit;

import org.jspecify.annotations.NullMarked;
