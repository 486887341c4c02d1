package io.plasmafs.namenode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.metadata.StoreException;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.datanode_status;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What callers are told of a failure.
final class Failures {
  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /// The expected failure behind an exception. What is no expected failure is logged, and becomes
  /// EFAILED; a database that cannot be reached is EUNAVAIL.
  static FsException of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof FsException expected) {
      return expected;
    }
    if (cause instanceof StoreException store
        && store.kind() != StoreException.Kind.BROKEN
        && store.kind() != StoreException.Kind.FENCED) {
      return new FsException(FsStatus.EUNAVAIL, "the database is not available: try again", store);
    }
    log.error("a call failed for a reason that it should not", cause);
    return new FsException(FsStatus.EFAILED, FsStatus.EFAILED.text(), cause);
  }

  /// What is said at the bottom of a failure.
  static String rootMessage(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  static datanode_status success() {
    datanode_status result = new datanode_status();
    result.status = FsStatus.OK.code();
    result.message = "";
    return result;
  }

  static datanode_status toXdr(Throwable failure) {
    FsException expected = of(failure);
    datanode_status result = new datanode_status();
    result.status = expected.status().code();
    result.message = Conversion.message(String.valueOf(expected.getMessage()));
    return result;
  }
}
