/// Committed metadata in memory, bounded in bytes.
///
/// Holds what was read from the store and what commits have changed since; knows nothing of open
/// transactions but that some of them pin an inode. Confined to the engine's thread. Read
/// [MetadataCache] first.
@NullMarked
package io.plasmafs.namenode.cache;

import org.jspecify.annotations.NullMarked;
