/// Stand-ins for the engine's neighbours, made for tests: a store in memory that delays, fails and
/// crashes as it is told to, and a block space without datanodes.
@NullMarked
package io.plasmafs.namenode.simulation;

import org.jspecify.annotations.NullMarked;
