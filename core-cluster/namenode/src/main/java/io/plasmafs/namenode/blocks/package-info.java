/// Which blocks of which datanode are free, who gets them, and when they may be given out again.
///
/// All of it is confined to the engine's thread, does no I/O and takes no locks. It must never know
/// paths, SQL or the wire. Read [BlockMap] first.
@NullMarked
package io.plasmafs.namenode.blocks;

import org.jspecify.annotations.NullMarked;
