/// Stores blocks and serves them to whoever shows a valid ticket. Knows no files.
@NullMarked
package io.plasmafs.datanode;

import org.jspecify.annotations.NullMarked;
