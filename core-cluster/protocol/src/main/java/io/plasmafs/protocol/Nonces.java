package io.plasmafs.protocol;

/// Remembers which nonces were used, so that a call between nodes cannot be sent again by someone
/// who overheard it.
public interface Nonces {
  /// Marks a nonce as used. Safe for use by several threads.
  ///
  /// @param nonce 16 bytes
  /// @param untilMillis when it can be forgotten, in milliseconds since 1970
  /// @param nowMillis the time now
  /// @return false if it was used before, or nothing more can be remembered
  boolean use(byte[] nonce, long untilMillis, long nowMillis);
}
