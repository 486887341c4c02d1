package io.plasmafs.namenode.cache;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A walk over the names of a directory in the order of their bytes, as far as they are known. Good
/// only until the cache changes.
public final class NameScan {
  static final NameScan NOTHING_KNOWN = new NameScan();

  private final Iterator<Map.Entry<Name, DirectoryNames.Known>> entries;
  private final @Nullable Name through;
  private final boolean known;
  private @Nullable Name name;
  private InodeId child = InodeId.NONE;

  private NameScan() {
    this.entries = Collections.emptyIterator();
    this.through = null;
    this.known = false;
  }

  NameScan(Iterator<Map.Entry<Name, DirectoryNames.Known>> entries, @Nullable Name through) {
    this.entries = entries;
    this.through = through;
    this.known = true;
  }

  /// Moves to the next name; false at the end of what is known.
  public boolean advance() {
    while (entries.hasNext()) {
      Map.Entry<Name, DirectoryNames.Known> entry = entries.next();
      if (through != null && entry.getKey().compareTo(through) > 0) {
        break;
      }
      if (!entry.getValue().child.equals(InodeId.NONE)) {
        name = entry.getKey();
        child = entry.getValue().child;
        return true;
      }
    }
    name = null;
    return false;
  }

  /// The name it stands on; null before the first and after the last.
  public @Nullable Name name() {
    return name;
  }

  /// What the name points to.
  public InodeId child() {
    return child;
  }

  /// Once there is no next: whether the directory has no more names either.
  public boolean endsDirectory() {
    return known && through == null;
  }

  /// Once there is no next, and the directory may have more: the name to ask for more after; null
  /// if nothing was known.
  public @Nullable Name knownThrough() {
    return through;
  }
}
