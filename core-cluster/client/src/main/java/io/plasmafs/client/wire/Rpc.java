package io.plasmafs.client.wire;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.RpcException;
import io.plasmafs.settings.HostAndPort;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// What all calls have in common.
final class Rpc {
  private Rpc() {}

  /// A failure of a call in the terms of the filesystem: EINVAL for what could not be sent,
  /// EUNAVAIL for a server that could not be reached or did not answer, EFAILED for one that
  /// failed.
  static FsException failure(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof FsException known) {
      return known;
    }
    if (cause instanceof RpcException rpc) {
      FsStatus status =
          switch (rpc.kind()) {
            case NOT_CONNECTED, CONNECTION_LOST, TIMEOUT, BUSY -> FsStatus.EUNAVAIL;
            case CANNOT_ENCODE, GARBAGE_ARGUMENTS -> FsStatus.EINVAL;
            case CANNOT_DECODE,
                PROGRAM_UNAVAILABLE,
                PROGRAM_MISMATCH,
                PROCEDURE_UNAVAILABLE,
                SYSTEM_ERROR,
                RPC_MISMATCH ->
                FsStatus.EFAILED;
            case AUTHENTICATION -> FsStatus.EACCES;
          };
      return new FsException(status, String.valueOf(rpc.getMessage()), rpc);
    }
    return new FsException(FsStatus.EFAILED, String.valueOf(cause), cause);
  }

  /// `host:port`, `[address]:port` or `unix:/path` as a socket address.
  ///
  /// @throws FsException EINVAL if it is none of these
  static SocketAddress address(String text) {
    if (text.startsWith("unix:")) {
      return UnixDomainSocketAddress.of(text.substring(5));
    }
    try {
      return HostAndPort.parse(text).unresolved();
    } catch (IllegalArgumentException e) {
      throw new FsException(FsStatus.EINVAL, String.valueOf(e.getMessage()), e);
    }
  }
}
