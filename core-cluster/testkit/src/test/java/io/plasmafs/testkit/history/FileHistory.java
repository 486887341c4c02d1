package io.plasmafs.testkit.history;

import io.plasmafs.model.Attributes;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// What one name stood for, by the number of the commit that made it so: a content, or nothing.
/// Before the first commit there is nothing. Safe for use by many threads.
final class FileHistory {
  private final NavigableMap<Long, Optional<StampedContent>> states =
      new ConcurrentSkipListMap<>(Map.of(0L, Optional.empty()));

  void committed(long version, Optional<StampedContent> state) {
    states.put(version, state);
  }

  /// What it stands for now, if nobody is committing.
  Optional<StampedContent> now() {
    return states.lastEntry().getValue();
  }

  /// The first version from `floor` on in which it was like this; nothing if it never was.
  Optional<Long> since(Optional<StampedContent> state, long floor) {
    return states.tailMap(states.floorKey(floor), true).entrySet().stream()
        .filter(entry -> entry.getValue().equals(state))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// Whether there was a version of this number and size.
  boolean had(Attributes attributes) {
    Optional<StampedContent> state =
        states.getOrDefault(attributes.contentVersion(), Optional.empty());
    return state.isPresent() && state.get().length() == attributes.size();
  }

  @Override
  public String toString() {
    return states.toString();
  }
}
