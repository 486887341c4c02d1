package io.plasmafs.client;

import java.util.Optional;

/// What a transaction under a token chosen by the caller came to.
///
/// @param sequence number of the commit; 0 if it changed nothing
/// @param result of the run that was committed; absent if the commit had been made before, by an
///   earlier call or another process, so that what it resulted in is not known here
/// @param <T> what the body results in
public record Committed<T>(long sequence, Optional<T> result) {

  /// Whether this call found the work done.
  public boolean repeated() {
    return result.isEmpty();
  }
}
