package io.plasmafs.oncrpc.xdr;

import org.acplt.oncrpc.OncRpcException;

/// A value that does not fit its declaration: too long, too many, out of range, cut off, or
/// missing. The message names the field, what was found and what was expected. A server answers
/// GARBAGE_ARGS, without the text; a client fails the call.
public final class XdrException extends OncRpcException {
  private static final long serialVersionUID = 1L;

  /// @param message names the field, the finding and the expectation
  public XdrException(String message) {
    super(message);
  }
}
