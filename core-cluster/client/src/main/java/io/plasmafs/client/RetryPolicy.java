package io.plasmafs.client;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// How often, and after which pauses, a transaction that met a conflict is run again. The pause
/// before attempt n is a random part of `firstPause` doubled n - 1 times, at most `longestPause`:
/// so that those who collided once do not collide for ever.
///
/// @param attempts in all, the first one included
/// @param limit after so long no further attempt is begun
public record RetryPolicy(
    int attempts, Duration firstPause, Duration longestPause, Duration limit) {

  /// Up to 50 attempts within 30 seconds, with pauses of 2 milliseconds to half a second.
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(50, Duration.ofMillis(2), Duration.ofMillis(500), Duration.ofSeconds(30));

  /// One attempt.
  public static final RetryPolicy NONE =
      new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException(attempts + " attempts are too few: at least 1 is needed");
    }
    if (firstPause.isNegative() || longestPause.isNegative() || limit.isNegative()) {
      throw new IllegalArgumentException("a pause or the limit is negative");
    }
  }

  /// How long to pause before the next attempt; nothing if there is to be none.
  ///
  /// @param made attempts made so far, 1 or more
  /// @param elapsed since the first one began
  Optional<Duration> pause(int made, Duration elapsed, RandomGenerator random) {
    if (made >= attempts) {
      return Optional.empty();
    }
    long ceiling = longestPause.toNanos();
    long doubled = firstPause.toNanos() << Math.min(made - 1, 20);
    long bound = Math.max(1, doubled <= 0 ? ceiling : Math.min(doubled, ceiling));
    Duration pause = Duration.ofNanos(bound / 2 + random.nextLong(bound / 2 + 1));
    return elapsed.plus(pause).compareTo(limit) > 0 ? Optional.empty() : Optional.of(pause);
  }
}
