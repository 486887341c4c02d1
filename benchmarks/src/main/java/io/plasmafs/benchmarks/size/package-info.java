/// What the number of files costs: memory, start-up, rates, latencies. Read [SizeFigures] first. It
/// knows the cluster from outside only, as a client and as a datanode.
@NullMarked
package io.plasmafs.benchmarks.size;

import org.jspecify.annotations.NullMarked;
