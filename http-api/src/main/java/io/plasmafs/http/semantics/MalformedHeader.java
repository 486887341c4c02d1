package io.plasmafs.http.semantics;

/// A header or path of a request that breaks its grammar: the answer is 400, with this message.
public final class MalformedHeader extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// @param message names the header, what was found, and what was expected
  public MalformedHeader(String message) {
    super(message);
  }
}
