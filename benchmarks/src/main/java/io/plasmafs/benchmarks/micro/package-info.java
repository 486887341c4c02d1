/// Micro-benchmarks of what is on the path of every call: the engine alone, its lock table, the
/// allocator of blocks, and the codec of extents. They say what a part costs by itself and whether
/// a change made it dearer; what a whole cluster does is for the load generator to say.
///
/// All of them, or those that match a name:
///
/// ```
/// java -cp 'distribution/target/plasma/lib/*:benchmarks/target/classes:JMH' org.openjdk.jmh.Main Engine
/// ```
///
/// Read [io.plasmafs.benchmarks.micro.EngineBenchmark] first.
@NullMarked
package io.plasmafs.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
