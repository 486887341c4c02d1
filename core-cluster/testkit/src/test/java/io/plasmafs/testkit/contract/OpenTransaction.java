package io.plasmafs.testkit.contract;

import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation.Requirement;

/// A transaction of the client library, whatever the files in it are reached through.
interface OpenTransaction extends TransactionUnderTest {
  /// The transaction.
  Transaction transaction();

  @Override
  default void require(FsPath path, Requirement kind, long version) {
    transaction().require(path, kind, version);
  }

  @Override
  default void commit() {
    long unused = transaction().commit();
  }

  @Override
  default void abort() {
    transaction().abort();
  }
}
