package io.plasmafs.namenode.transaction;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;

/// A name in a directory, whether it is there or not.
public record EntryKey(InodeId directory, Name name) {
  @Override
  public int hashCode() {
    return Long.hashCode(directory.value()) * 31 + name.hashCode();
  }
}
