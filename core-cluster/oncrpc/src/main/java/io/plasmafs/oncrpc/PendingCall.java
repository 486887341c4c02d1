package io.plasmafs.oncrpc;

import io.plasmafs.oncrpc.xdr.EncodedMessage;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.acplt.oncrpc.XdrAble;
import org.jspecify.annotations.Nullable;

/// A call of a client that is not answered yet, and the future that its caller holds.
final class PendingCall<T extends XdrAble> extends CompletableFuture<T> {
  final int xid;
  final RpcProgramVersion program;
  final int procedure;
  final Supplier<T> result;
  final long deadlineNanos;
  final int bytes;
  private final RpcClient client;
  private final EncodedMessage message;

  // Places in the timing wheel, of the event loop.
  @Nullable PendingCall<?> before;
  @Nullable PendingCall<?> after;
  int bucket = -1;

  PendingCall(
      RpcClient client,
      int xid,
      RpcProgramVersion program,
      int procedure,
      Supplier<T> result,
      long deadlineNanos,
      EncodedMessage message) {
    this.client = client;
    this.xid = xid;
    this.program = program;
    this.procedure = procedure;
    this.result = result;
    this.deadlineNanos = deadlineNanos;
    this.message = message;
    this.bytes = (int) message.bytes();
  }

  EncodedMessage message() {
    return message;
  }

  /// Gives up waiting. The server executes the call nevertheless, if it has arrived.
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      client.forget(this);
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  @Override
  public String toString() {
    return program + " procedure " + Integer.toUnsignedString(procedure);
  }
}
