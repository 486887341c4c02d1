/// Finds out whether everything that is known of files fits together: inodes, entries, runs of
/// blocks, the block map, and what datanodes hold. Corrects only what it can prove to be harmless.
///
/// Reads the tables as of one instant and asks again before it tells of anything that may have
/// changed meanwhile. It must never change a table. Read [Fsck] first.
@NullMarked
package io.plasmafs.namenode.fsck;

import org.jspecify.annotations.NullMarked;
