/// Admission by tickets: which keys are good, which transactions have ended, and whether a ticket
/// lets its bearer do what is asked.
///
/// Knows no blocks on disk and no connections. Read [KeyRing] first.
@NullMarked
package io.plasmafs.datanode.ticket;

import org.jspecify.annotations.NullMarked;
