/// Admission to blocks: the keys that datanodes trust, and the tickets made with them.
///
/// Knows no file and no name. Read [TicketMaker] first.
@NullMarked
package io.plasmafs.namenode.ticket;

import org.jspecify.annotations.NullMarked;
