/// Write locks (RFC 4918 sections 6 and 7), kept in the cluster so that all gateways and restarts
/// share them. Knows paths and transactions, not HTTP. Read [LockTable] first.
@NullMarked
package io.plasmafs.webdav.lock;

import org.jspecify.annotations.NullMarked;
