/// Transactions as resources: opened by one request, used by many, on as many connections as
/// wanted, ended by a commit, an abort, or the end of the lease.
///
/// Must never know what is done within one: the handlers of files do that in a [TransactionScope],
/// as they would outside. Read [OpenTransaction] first.
@NullMarked
package io.plasmafs.http.transactions;

import org.jspecify.annotations.NullMarked;
