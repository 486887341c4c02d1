package io.plasmafs.oncrpc;

import org.jspecify.annotations.Nullable;

/// Why a call has no result. The message names the peer and the procedure.
public final class RpcException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// What happened to the call.
  public enum Kind {
    /// No connection could be made. The call was not sent.
    NOT_CONNECTED,
    /// The connection ended before the answer came. The call may have been executed.
    CONNECTION_LOST,
    /// No answer came in time. The call may have been executed, now or later.
    TIMEOUT,
    /// Too many calls or bytes are in flight on this connection. The call was not sent.
    BUSY,
    /// The arguments do not fit their declaration. The call was not sent.
    CANNOT_ENCODE,
    /// The result does not fit its declaration. The call was executed.
    CANNOT_DECODE,
    /// The server does not have the program.
    PROGRAM_UNAVAILABLE,
    /// The server has other versions of the program.
    PROGRAM_MISMATCH,
    /// The program does not have the procedure.
    PROCEDURE_UNAVAILABLE,
    /// The server could not decode the arguments.
    GARBAGE_ARGUMENTS,
    /// The server failed while executing the call, perhaps half-way.
    SYSTEM_ERROR,
    /// The server speaks another version of ONC RPC.
    RPC_MISMATCH,
    /// The server refuses the credentials.
    AUTHENTICATION,
  }

  private final Kind kind;

  RpcException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  RpcException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /// What happened to the call.
  public Kind kind() {
    return kind;
  }

  /// Whether it is certain that the call was not executed, so that it can be repeated elsewhere.
  public boolean notExecuted() {
    return switch (kind) {
      case NOT_CONNECTED,
          BUSY,
          CANNOT_ENCODE,
          PROGRAM_UNAVAILABLE,
          PROGRAM_MISMATCH,
          PROCEDURE_UNAVAILABLE,
          GARBAGE_ARGUMENTS,
          RPC_MISMATCH,
          AUTHENTICATION ->
          true;
      case CONNECTION_LOST, TIMEOUT, CANNOT_DECODE, SYSTEM_ERROR -> false;
    };
  }
}
