package io.plasmafs.client;

import io.plasmafs.client.wire.ChainLink;
import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.client.wire.WriteAnswer;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.oncrpc.xdr.BulkData;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Brings pieces of one file to all datanodes of their run, in a chain or as a star, and tells who
/// did not store them. Never waits.
final class PieceDelivery {
  /// A datanode that did not store a piece.
  ///
  /// @param gone whether it is not to be used again, and what it holds counts as lost; else only
  ///   the ticket was too old or too new, the bytes were damaged on the way, or the piece before
  ///   was refused for that
  record Refusal(DatanodeId datanode, boolean gone) {}

  /// Bytes that go to one run.
  ///
  /// @param block where they begin, in blocks of the file
  /// @param offset into that block
  /// @param stable whether it counts as stored only when it is on stable storage
  /// @param checksums CRC32C of each slice
  record Parcel(ByteBuffer bytes, long block, int offset, boolean stable, Checksums checksums) {}

  private final DatanodePool datanodes;
  private final InodeId inode;
  private final WriteOptions.FanOut fanOut;

  PieceDelivery(DatanodePool datanodes, InodeId inode, WriteOptions.FanOut fanOut) {
    this.datanodes = datanodes;
    this.inode = inode;
    this.fanOut = fanOut;
  }

  /// Sends a parcel, whose bytes must not change until the answer is there: who failed.
  CompletableFuture<List<Refusal>> send(Parcel parcel, GrantedExtent run) {
    return fanOut == WriteOptions.FanOut.STAR ? star(parcel, run) : chain(parcel, run);
  }

  private CompletableFuture<List<Refusal>> chain(Parcel parcel, GrantedExtent run) {
    List<Replica> replicas = run.extent().replicas();
    long skip = parcel.block() - run.extent().index();
    List<ChainLink> chain = new ArrayList<>(replicas.size() - 1);
    for (int i = 1; i < replicas.size(); i++) {
      Replica replica = replicas.get(i);
      chain.add(
          new ChainLink(
              datanodes.address(replica.datanode()),
              run.tickets().get(i),
              replica.firstBlock() + skip));
    }
    return write(parcel, run.tickets().get(0), replicas.get(0), skip, chain)
        .handle((answer, error) -> {
          if (error != null) {
            return blame(List.of(replicas.get(0)), error);
          }
          if (answer.status() == FsStatus.OK && answer.failed().isEmpty()) {
            return List.<Refusal>of();
          }
          List<Replica> failed = new ArrayList<>();
          for (int position : answer.failed()) {
            // What stands behind a datanode that failed was perhaps never reached: it is not to
            // blame. If it has failed too, the next attempt tells.
            boolean isReached = !answer.failed().contains(position - 1);
            if (position >= 0 && position < replicas.size() && isReached) {
              failed.add(replicas.get(position));
            }
          }
          return blame(
              failed.isEmpty() ? List.of(replicas.get(0)) : failed,
              new FsException(
                  answer.status() == FsStatus.OK ? FsStatus.EIO : answer.status(),
                  answer.message()));
        });
  }

  private CompletableFuture<List<Refusal>> star(Parcel parcel, GrantedExtent run) {
    List<Replica> replicas = run.extent().replicas();
    long skip = parcel.block() - run.extent().index();
    CompletableFuture<List<Refusal>> all = CompletableFuture.completedFuture(List.of());
    for (int i = 0; i < replicas.size(); i++) {
      Replica replica = replicas.get(i);
      CompletableFuture<List<Refusal>> one =
          write(parcel, run.tickets().get(i), replica, skip, List.of())
              .handle((answer, error) -> {
                if (error != null) {
                  return blame(List.of(replica), error);
                }
                return answer.status() == FsStatus.OK
                    ? List.<Refusal>of()
                    : blame(List.of(replica), new FsException(answer.status(), answer.message()));
              });
      all =
          all.thenCombine(
              one,
              (a, b) -> {
                List<Refusal> both = new ArrayList<>(a);
                both.addAll(b);
                return both;
              });
    }
    return all;
  }

  private List<Refusal> blame(List<Replica> replicas, Throwable error) {
    boolean gone =
        switch (Waiting.failure(error).status()) {
          case ETICKET, ECHECKSUM -> false;
          case EINVAL -> false; // a gap: the piece before was refused, and this one was not
          default -> true;
        };
    for (Replica replica : replicas) {
      if (gone) {
        datanodes.reportFailure(replica.datanode(), error);
      }
    }
    return replicas.stream().map(replica -> new Refusal(replica.datanode(), gone)).toList();
  }

  private CompletableFuture<WriteAnswer> write(
      Parcel parcel, Ticket ticket, Replica replica, long skip, List<ChainLink> chain) {
    return datanodes
        .connection(replica.datanode())
        .thenCompose(connection -> {
          BulkData data = BulkData.wrap(parcel.bytes().duplicate());
          try {
            return connection.write(
                ticket,
                replica.firstBlock() + skip,
                parcel.offset(),
                inode,
                chain,
                parcel.stable(),
                parcel.checksums().toArray(),
                data);
          } finally {
            data.release();
          }
        });
  }
}
