/// Stands in, at compile time, for the interface of a load generator that drives several
/// filesystems in one run. Left out of the jar: at run time the generator brings its own.
@NullMarked
package fsbench;

import org.jspecify.annotations.NullMarked;
