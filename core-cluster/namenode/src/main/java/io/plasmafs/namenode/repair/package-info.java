/// Gives files back the copies that they are to have: finds runs of blocks that have too few or too
/// many good replicas, has datanodes copy blocks, and commits where the copies are.
///
/// Works in the background on a thread of its own, and reaches block map, tickets and transactions
/// only through the engine's thread. It must never know paths or contents. Read [Repairer] first,
/// then [RepairPlanner], which decides.
@NullMarked
package io.plasmafs.namenode.repair;

import org.jspecify.annotations.NullMarked;
