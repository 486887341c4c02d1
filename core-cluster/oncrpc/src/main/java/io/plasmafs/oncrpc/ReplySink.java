package io.plasmafs.oncrpc;

import java.util.concurrent.CompletionStage;
import org.acplt.oncrpc.XdrAble;

/// Takes the one answer to a call, from any thread. A second answer throws [IllegalStateException].
/// A call that is never answered is reported after [RpcLimits#replyTimeout].
///
/// With the answer, bulk data in the arguments is released, unless the handler has retained it.
public interface ReplySink {
  /// The call was executed. The result is encoded before this returns; bulk data in it stays the
  /// handler's to release.
  void success(XdrAble result);

  /// The call was executed, and has no result.
  void success();

  /// The arguments make no sense, beyond what their types could say.
  void garbageArguments();

  /// The call failed in a way that it should not. The cause is logged, and never told to the peer.
  void systemError(Throwable cause);

  /// Answers when `result` is there: with it, or with an error.
  default void from(CompletionStage<? extends XdrAble> result) {
    result.whenComplete((value, failure) -> {
      if (failure != null) {
        systemError(failure);
      } else {
        success(value);
      }
    });
  }
}
