package io.plasmafs.oncrpc;

/// One version of an ONC RPC program (RFC 5531 §8.2).
///
/// @param name for messages and logs
/// @param program the program number, unsigned
/// @param version the version number, unsigned
public record RpcProgramVersion(String name, int program, int version) {
  @Override
  public String toString() {
    return name + " v" + Integer.toUnsignedString(version);
  }
}
