package io.plasmafs.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.AnswerMessage;
import io.plasmafs.protocol.CompoundMessage;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.acplt.oncrpc.XdrInt;

/// A connection to a namenode with nothing between the test and the wire.
final class RawClient implements AutoCloseable {
  private final RpcClient rpc;

  RawClient(RpcTransport transport, int port) {
    this.rpc =
        RpcClient.connect(
                transport,
                new InetSocketAddress("127.0.0.1", port),
                RpcLimits.defaults(),
                Credentials.NONE)
            .join();
  }

  /// Connects, and acts as this user.
  static RawClient as(String user, RpcTransport transport, int port) {
    RawClient client = new RawClient(transport, port);
    int status =
        client
            .rpc
            .call(
                Programs.FILESYSTEM,
                Programs.Filesystem.SET_PRINCIPAL,
                Conversion.toXdr(new Principal(user, user, Set.of())),
                XdrInt::new)
            .join()
            .intValue();
    assertThat(status).isEqualTo(FsStatus.OK.code());
    return client;
  }

  RpcClient rpc() {
    return rpc;
  }

  CompletableFuture<Answer> submit(Compound compound) {
    return rpc.call(
            Programs.FILESYSTEM,
            Programs.Filesystem.COMPOUND,
            new CompoundMessage(compound),
            AnswerMessage::new)
        .thenApply(AnswerMessage::answer);
  }

  /// Runs operations as a transaction of their own, or within one.
  Answer run(long transaction, Operation... operations) {
    return submit(new Compound(transaction, Optional.empty(), List.of(operations))).join();
  }

  /// The outcomes of operations that must succeed.
  List<Outcome> ok(long transaction, Operation... operations) {
    Answer answer = run(transaction, operations);
    assertThat(answer.failure())
        .as(() -> answer.failure().map(f -> f.cause().toString()).orElse(""))
        .isEmpty();
    return answer.outcomes();
  }

  /// The status with which operations fail.
  FsStatus status(long transaction, Operation... operations) {
    return run(transaction, operations).failure().map(f -> f.cause().status()).orElse(FsStatus.OK);
  }

  @Override
  public void close() {
    rpc.close();
  }
}
