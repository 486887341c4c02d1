package io.plasmafs.oncrpc;

/// A call that a server has received.
public interface RpcCall {
  /// Where it came from.
  RpcConnection connection();

  /// Who the caller claims to be.
  Credentials credentials();

  /// The number that the client gave the call; unique among its unanswered calls if it is honest.
  int xid();

  /// The program number, unsigned.
  int program();

  /// The version of the program, unsigned.
  int version();

  /// The procedure, unsigned.
  int procedure();

  /// Length of the whole call in bytes.
  int bytes();
}
