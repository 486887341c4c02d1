package io.plasmafs.datanode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.RpcException;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.datanode_status;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// From exceptions to what is answered.
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /// A failure as an expected one. What is not expected is logged here, and the answer tells
  /// nothing of it.
  static FsException expected(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof FsException known) {
      return known;
    }
    if (cause instanceof RpcException rpc) {
      return new FsException(FsStatus.EUNAVAIL, String.valueOf(rpc.getMessage()), rpc);
    }
    LOG.error("A call failed in a way that it should not", cause);
    return new FsException(FsStatus.EFAILED, "the datanode failed; its log says why", cause);
  }

  static String message(FsException failure) {
    return Conversion.message(String.valueOf(failure.getMessage()));
  }

  static datanode_status ok() {
    return status(FsStatus.OK, "");
  }

  static datanode_status of(Throwable failure) {
    FsException expected = expected(failure);
    return status(expected.status(), message(expected));
  }

  private static datanode_status status(FsStatus status, String message) {
    datanode_status result = new datanode_status();
    result.status = status.code();
    result.message = message;
    return result;
  }
}
