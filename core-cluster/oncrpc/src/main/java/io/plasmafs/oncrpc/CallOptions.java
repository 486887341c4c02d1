package io.plasmafs.oncrpc;

import java.time.Duration;

/// How a call is made.
///
/// @param timeout until the answer has to be there, more than zero
/// @param credentials who calls
public record CallOptions(Duration timeout, Credentials credentials) {
  /// Checks the timeout.
  public CallOptions {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout is " + timeout + ", expected more than zero");
    }
  }

  /// Changes the timeout.
  public CallOptions withTimeout(Duration timeout) {
    return new CallOptions(timeout, credentials);
  }

  /// Changes the credentials.
  public CallOptions withCredentials(Credentials credentials) {
    return new CallOptions(timeout, credentials);
  }
}
