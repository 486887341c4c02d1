/// What each operation means: one class an operation, with its checks, its locks and its rule.
///
/// Operations are deterministic, do no I/O and wait for nothing: what is not in memory they report
/// as [io.plasmafs.namenode.transaction.Missing] and are run again. They know nothing of how or
/// when a transaction commits. Read [Operations] first, then [Step] and [Unlink].
@NullMarked
package io.plasmafs.namenode.namespace;

import org.jspecify.annotations.NullMarked;
