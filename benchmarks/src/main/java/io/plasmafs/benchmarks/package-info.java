/// Benchmarks: every claim of speed has one here.
@NullMarked
package io.plasmafs.benchmarks;

import org.jspecify.annotations.NullMarked;
