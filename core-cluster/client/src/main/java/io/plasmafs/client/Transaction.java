package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A transaction: it sees its own changes at once, others see all of them when it commits, or none.
///
/// ```
/// OPEN ──commit()──> COMMITTED
///   │└───commit() fails──> ABORTED      (EUNKNOWN: nobody can tell yet; ask by its token)
///   └────abort(), close(), connection lost──> ABORTED
/// ```
///
/// Safe for use by several threads: calls are sent one after the other, data of several files flow
/// side by side. Nothing waits for a lock: who comes second to a file gets ECONFLICT at once.
@SuppressWarnings("DoNotCallSuggester")
public final class Transaction implements Namespace, AutoCloseable {

  Transaction() {}

  /// Makes everything durable on the agreed number of nodes, then visible to others in one step.
  /// Data of all files written in this transaction are synced on all datanodes first, side by side.
  ///
  /// @return number of the commit, which is now the version of all that it changed; 0 if it
  ///     changed nothing
  /// @throws io.plasmafs.model.FsException ECONFLICT if another transaction was first or a precondition failed;
  ///     EUNKNOWN if the outcome could not be learnt within the time limit
  public long commit() {
    throw new UnsupportedOperationException();
  }

  /// Undoes everything. Does nothing if the transaction has ended.
  public void abort() {
    throw new UnsupportedOperationException();
  }

  /// Aborts the transaction unless it was committed.
  @Override
  public void close() {
    abort();
  }

  /// Names the commit of this transaction: with it [PlasmaClient#outcomeOf] tells what became of it.
  public CommitToken token() {
    throw new UnsupportedOperationException();
  }

  /// Whether neither commit nor abort have ended it, as far as is known here.
  public boolean isOpen() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Answer> submit(List<Operation> operations) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void truncate(Location where, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] readAll(Location where) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Attributes write(Location where, ByteBuffer content, WriteOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaFile openFile(Location where) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaInputStream openInput(Location where) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaOutputStream openOutput(Location where, WriteOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaChannel openChannel(Location where, WriteOptions options) {
    throw new UnsupportedOperationException();
  }
}
