package io.plasmafs.datanode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.chain_link;
import io.plasmafs.protocol.xdr.write_block_args;
import io.plasmafs.protocol.xdr.write_block_result;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Passes pieces on to the next datanode of a chain, as they arrived, and puts the answers
/// together. In an answer the datanodes are counted from the one that gives it: 0 is itself.
final class Chain {
  private final Peers peers;

  Chain(Peers peers) {
    this.peers = peers;
  }

  /// Sends a piece to the first link of its chain. The bytes are shared, not copied.
  CompletableFuture<write_block_result> pass(write_block_args received) {
    chain_link next = received.chain[0];
    BulkData data = received.data.retain();
    write_block_args sent = new write_block_args();
    sent.admission = next.admission;
    sent.block = next.block;
    sent.offset = received.offset;
    sent.inode = received.inode;
    sent.chain = Arrays.copyOfRange(received.chain, 1, received.chain.length);
    sent.stable = received.stable;
    sent.checksums = received.checksums;
    sent.data = data;
    return peers.call(
        next.address,
        sent.chain.length,
        client -> {
          try {
            return client.call(
                Programs.DATANODE, Programs.Datanode.WRITE, sent, write_block_result::new);
          } finally {
            data.release();
          }
        },
        data::release);
  }

  /// The answer of a datanode that is the last, or would not pass the piece on.
  static write_block_result result(@Nullable Throwable failure) {
    return failure == null ? answer(null, new int[0]) : answer(failure, new int[] {0});
  }

  /// The answer when nothing was done, here or behind.
  static write_block_result refused(FsException failure, int behind) {
    return answer(failure, IntStream.rangeClosed(0, behind).toArray());
  }

  /// The answer from what became of it here and behind.
  ///
  /// @param failure here
  /// @param next what the next one answered
  /// @param lost why it did not answer
  static write_block_result together(
      @Nullable Throwable failure,
      @Nullable write_block_result next,
      @Nullable Throwable lost,
      int behind) {
    IntStream failed = IntStream.empty();
    Throwable first = failure;
    if (failure != null) {
      failed = IntStream.of(0);
    }
    if (next == null) {
      failed = IntStream.concat(failed, IntStream.rangeClosed(1, behind));
      if (first == null) {
        first = lost != null ? lost : new FsException(FsStatus.EUNAVAIL, "the next gave no answer");
      }
    } else if (next.status != FsStatus.OK.code()) {
      failed =
          IntStream.concat(
              failed, Arrays.stream(next.failed).filter(i -> i >= 0 && i < behind).map(i -> i + 1));
      if (first == null) {
        first =
            new FsException(
                FsStatus.ofCode(next.status).orElse(FsStatus.EFAILED),
                "behind this datanode: " + next.message);
      }
    }
    return answer(first, failed.toArray());
  }

  private static write_block_result answer(@Nullable Throwable failure, int[] failed) {
    write_block_result result = new write_block_result();
    if (failure == null) {
      result.status = FsStatus.OK.code();
      result.message = "";
    } else {
      FsException expected = Failures.expected(failure);
      result.status = expected.status().code();
      result.message = Failures.message(expected);
    }
    result.failed = failed;
    return result;
  }
}
