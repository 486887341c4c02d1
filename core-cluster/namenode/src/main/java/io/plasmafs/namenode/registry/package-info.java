/// The datanodes of the cluster: who they are, whether they live, and what they are told of keys,
/// epochs and ended transactions.
///
/// Works beside the engine's thread, on one of its own, and reaches the block map only through it.
/// It must never know files or transactions. Read [DatanodeRegistry] first.
@NullMarked
package io.plasmafs.namenode.registry;

import org.jspecify.annotations.NullMarked;
