/// The engine and its commit path in one thread, under a seeded scheduler and a clock that moves
/// when it is told to, over a store in memory that delays, fails and crashes; and a model, a map of
/// what every commit left, against which each answer and each commit is held.
///
/// * [World] is an engine in the hands of a test, with stand-ins for its neighbours: [MemoryStore]
///   and [SmallBlockSpace]. Other tests use them too.
/// * [SimulationTest] runs histories: read it first, then [History], [Life] and [Judge].
/// * [Model] says what each operation must come to, [Published] what was published, [LockLedger]
///   who held which lock when, [Promises] what was acknowledged, [Audit] what is true of every
///   disk.
///
/// It must know nothing of how the engine does what it does: the model has no cache, no edits and
/// no batches. What it shares with the engine is the order of locks in one operation.
@NullMarked
package io.plasmafs.namenode.simulation;

import org.jspecify.annotations.NullMarked;
