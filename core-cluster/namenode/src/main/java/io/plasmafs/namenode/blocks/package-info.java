/// Which blocks are free, reserved or used, where to put new ones, and when a freed one may be used
/// again.
///
/// Confined to the engine's thread; does no I/O and knows no file. Read [BlockSpace] first.
@NullMarked
package io.plasmafs.namenode.blocks;

import org.jspecify.annotations.NullMarked;
