/// The metadata in PostgreSQL: the only place that knows SQL.
///
/// A commit is one row of `commit_log`, with the contents of its small files beside it; the tables
/// follow behind. Nothing here knows what a change means, which transactions are open, or who is
/// allowed to do what. Read [PostgresStore] first, then [Appender] and [Applier].
@NullMarked
package io.plasmafs.namenode.store;

import org.jspecify.annotations.NullMarked;
