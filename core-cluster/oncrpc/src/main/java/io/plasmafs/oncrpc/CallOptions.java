package io.plasmafs.oncrpc;

import java.time.Duration;

/// How a call is made.
///
/// @param timeout until the answer has to be there, more than zero
/// @param credentials who calls
/// @param question whether it is answered soon and may wait for a moment, to travel together with
///   others of its kind
public record CallOptions(Duration timeout, Credentials credentials, boolean question) {
  /// Checks the timeout.
  public CallOptions {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout is " + timeout + ", expected more than zero");
    }
  }

  /// How a call is made that leaves at once.
  public CallOptions(Duration timeout, Credentials credentials) {
    this(timeout, credentials, false);
  }

  /// Changes the timeout.
  public CallOptions withTimeout(Duration timeout) {
    return new CallOptions(timeout, credentials, question);
  }

  /// Changes the credentials.
  public CallOptions withCredentials(Credentials credentials) {
    return new CallOptions(timeout, credentials, question);
  }

  /// Makes it a question.
  public CallOptions asQuestion() {
    return new CallOptions(timeout, credentials, true);
  }
}
