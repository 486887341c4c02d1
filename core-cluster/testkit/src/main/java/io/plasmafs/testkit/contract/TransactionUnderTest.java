package io.plasmafs.testkit.contract;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation.Requirement;

/// The filesystem within a transaction: it sees its own changes, others see them when it commits.
public interface TransactionUnderTest extends FilesystemUnderTest, AutoCloseable {

  /// Lets the commit fail with ECONFLICT unless this holds at its moment, whoever changed it.
  ///
  /// @param version expected, where the kind asks for one
  void require(FsPath path, Requirement kind, long version);

  /// Makes everything durable and visible in one step.
  ///
  /// @throws FsException and the transaction has ended
  void commit();

  /// Undoes everything. Does nothing if the transaction has ended.
  void abort();

  /// Aborts the transaction unless it was committed.
  @Override
  default void close() {
    abort();
  }
}
