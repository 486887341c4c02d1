/// Blocks on disk: volumes, the record of each block, checksums, grouped syncs and the scrubber.
///
/// Knows numbers of blocks, generations and bytes; never tickets, connections or files. Read
/// [BlockStore] first, then [Volume], which says why a crash is harmless.
@NullMarked
package io.plasmafs.datanode.store;

import org.jspecify.annotations.NullMarked;
