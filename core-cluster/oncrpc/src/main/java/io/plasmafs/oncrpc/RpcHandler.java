package io.plasmafs.oncrpc;

/// Executes one procedure.
///
/// @param <A> type of the arguments
@FunctionalInterface
public interface RpcHandler<A> {
  /// Begins to execute a call. Runs on the event loop of the connection: must not block. The answer
  /// is given to `reply` now or later, by any thread, exactly once. What this throws is answered
  /// with SYSTEM_ERR.
  void handle(A arguments, RpcCall call, ReplySink reply);
}
