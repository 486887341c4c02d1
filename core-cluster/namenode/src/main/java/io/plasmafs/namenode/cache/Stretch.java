package io.plasmafs.namenode.cache;

import io.plasmafs.model.Extent;
import java.util.List;

/// A part of a file of which all runs are known.
///
/// @param runs that touch it, in order
/// @param end one past its last block
public record Stretch(List<Extent> runs, long end) {
  public Stretch {
    runs = List.copyOf(runs);
  }
}
