/// The single-writer state machine at the heart of the namenode: one thread owns all open
/// transactions, the locks, the cache and the block map, and takes one event after the other.
///
/// It knows neither SQL nor the wire. Read [Engine] first, then [Calls], then the package
/// `transaction`.
@NullMarked
package io.plasmafs.namenode.engine;

import org.jspecify.annotations.NullMarked;
