package io.plasmafs.namenode.simulation;

import io.plasmafs.namenode.engine.Engine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A clock that never shows the same time twice. The engine looks at it once each time when it runs
/// a compound, so a time that is found in an answer or in a row tells when that was, and over which
/// published state.
final class Timeline extends World.Clock {
  /// The engine looked at the clock.
  ///
  /// @param sequence of the last commit that was published then
  record Reading(int ordinal, Instant instant, long sequence) {}

  private final List<Reading> readings = new ArrayList<>();
  private @Nullable Engine engine;

  Timeline(long startNanos) {
    nanos = startNanos;
  }

  void watch(Engine watched) {
    engine = watched;
  }

  @Override
  Instant look() {
    nanos++;
    Instant instant = super.look();
    Engine watched = engine;
    readings.add(new Reading(readings.size(), instant, watched == null ? 0 : watched.sequence()));
    return instant;
  }

  /// The ordinal of the last reading.
  int now() {
    return readings.size() - 1;
  }

  Reading last() {
    return readings.get(readings.size() - 1);
  }

  /// Readings after this one, the latest first.
  List<Reading> since(int ordinal) {
    return readings.subList(ordinal + 1, readings.size()).reversed();
  }
}
