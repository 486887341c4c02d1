/// What a datanode answers: blocks to clients and other datanodes, keys and health to namenodes;
/// and what it tells by itself.
///
/// Knows no files and no transactions beyond their number in a ticket. Read [BlockService] first.
@NullMarked
package io.plasmafs.datanode.server;

import org.jspecify.annotations.NullMarked;
