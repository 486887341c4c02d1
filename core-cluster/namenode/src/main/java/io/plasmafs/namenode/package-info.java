/// Namespace, transactions and block allocation, stored in PostgreSQL.
@NullMarked
package io.plasmafs.namenode;

import org.jspecify.annotations.NullMarked;
