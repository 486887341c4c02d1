/// Stores blocks and serves them to whoever shows a valid ticket. Knows no files. Read [Datanode]
/// first: it puts the parts together.
@NullMarked
package io.plasmafs.datanode;

import org.jspecify.annotations.NullMarked;
