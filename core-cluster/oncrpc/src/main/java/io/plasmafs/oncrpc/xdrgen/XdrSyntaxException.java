package io.plasmafs.oncrpc.xdrgen;

/// An `.x` file that cannot be compiled. The message begins with file and line.
public final class XdrSyntaxException extends Exception {
  private static final long serialVersionUID = 1L;

  XdrSyntaxException(String message) {
    super(message);
  }
}
