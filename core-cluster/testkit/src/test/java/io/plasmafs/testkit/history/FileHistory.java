package io.plasmafs.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// What one name stood for, by the number of the commit that made it so: a content, or nothing.
/// Before the first commit there is nothing. Safe for use by many threads.
final class FileHistory {
  private final NavigableMap<Long, Optional<StampedContent>> states =
      new ConcurrentSkipListMap<>(Map.of(0L, Optional.empty()));

  private final Map<Long, BitSet> parts = new ConcurrentHashMap<>();

  void committed(long version, Optional<StampedContent> state) {
    states.put(version, state);
  }

  /// A commit has changed these units only.
  void changedPart(long version, BitSet units) {
    parts.put(version, units);
  }

  /// What commits did not change was in the version before, and nothing of an older one. Nobody is
  /// committing.
  void assertThatPartsKeptTheRest() {
    parts.forEach((version, units) ->
        assertThat(without(units, states.getOrDefault(version, Optional.empty())))
            .as("what version %d did not change, %s: of %s", version, units, this)
            .isEqualTo(without(units, states.lowerEntry(version).getValue())));
  }

  /// The length, and who wrote the other units.
  private static List<Integer> without(BitSet units, Optional<StampedContent> state) {
    List<Integer> rest = new ArrayList<>(state.orElseThrow().stamps());
    units.stream().forEach(unit -> rest.set(unit, 0));
    rest.add(state.orElseThrow().length());
    return rest;
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
