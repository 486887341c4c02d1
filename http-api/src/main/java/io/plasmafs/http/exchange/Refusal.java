package io.plasmafs.http.exchange;

/// Says no to a request before anything was done for it: the transaction that it works in is as it
/// was.
public abstract class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message what stood in the way, for people
  protected Refusal(String message) {
    super(message, null, false, false);
  }
}
