/// Open transactions: what each has changed, what it has locked, and how that becomes a change set.
///
/// Confined to the engine's thread. Knows what rows there are, not what operations mean. Read
/// [Transaction] first, then [LockTable] and [View].
@NullMarked
package io.plasmafs.namenode.transaction;

import org.jspecify.annotations.NullMarked;
