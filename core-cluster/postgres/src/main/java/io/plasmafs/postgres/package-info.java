/// A PostgreSQL server of our own: unpacks it, sets up its data directory, starts it, finds it
/// again, stops it. For `plasma up` and for tests.
///
/// Nothing here knows what is stored in it. Read [PostgresServer] first.
@NullMarked
package io.plasmafs.postgres;

import org.jspecify.annotations.NullMarked;
