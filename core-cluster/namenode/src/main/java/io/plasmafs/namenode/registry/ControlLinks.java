package io.plasmafs.namenode.registry;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.namenode.ticket.TicketKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The way to the datanodes.
public interface ControlLinks extends AutoCloseable {
  /// Tells a datanode which keys are good from now on, and which transactions have ended. Fails
  /// with [io.plasmafs.model.FsException] if the datanode refuses it, EUNAVAIL if it has started
  /// anew since; otherwise if it cannot be reached.
  CompletableFuture<Void> sendKeys(KeysMessage message);

  /// What [#sendKeys] says.
  ///
  /// @param address host:port
  /// @param identity of the store that is meant
  /// @param start of the datanode that is meant: what it has been told since then it knows, and
  ///   nothing else
  /// @param datanode the number that tickets for it carry
  /// @param keys that are good, and no others; none if more withdrawals must come first
  /// @param ended transactions whose tickets are withdrawn
  record KeysMessage(
      String address,
      String identity,
      long start,
      DatanodeId datanode,
      long epoch,
      List<TicketKey> keys,
      List<Long> ended) {
    public KeysMessage {
      keys = List.copyOf(keys);
      ended = List.copyOf(ended);
    }
  }

  /// Asks who serves at an address. Fails if nobody answers.
  ///
  /// @param address host:port
  CompletableFuture<Identity> identify(String address);

  /// What a datanode says to everybody; it proves nothing.
  ///
  /// @param identity of its store
  /// @param blocks capacity
  record Identity(String cluster, String identity, long blocks, int blockSize, int sliceSize) {}

  /// Lets go of a connection, if there is one.
  void forget(String address);

  @Override
  void close();
}
