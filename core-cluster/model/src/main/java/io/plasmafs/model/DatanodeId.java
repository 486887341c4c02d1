package io.plasmafs.model;

/// The number that the coordinator gave a datanode's store when it first saw it: 1 and up, never
/// reused.
public record DatanodeId(int value) implements Comparable<DatanodeId> {
  public DatanodeId {
    if (value < 1) {
      throw new IllegalArgumentException("datanode number " + value + " is not positive");
    }
  }

  @Override
  public int compareTo(DatanodeId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "datanode " + value;
  }
}
