/// Metadata as it is stored: rows as plain values, the changes that a commit makes to them, and
/// [MetadataStore], the edge between the engine and the database.
///
/// Nothing here knows SQL, transactions of users, or the wire. Read [Change] and [MetadataStore]
/// first.
@NullMarked
package io.plasmafs.namenode.metadata;

import org.jspecify.annotations.NullMarked;
