package io.plasmafs.client.tree;

import io.plasmafs.client.tree.SyncMemory.Pair;
import io.plasmafs.client.tree.SyncOptions.Comparison;
import io.plasmafs.model.FsPath;
import java.io.IOException;

/// Tells whether files of two trees have the same content, and remembers it for the next time if it
/// goes by versions. For one thread.
final class FileComparison {
  private final Comparison how;
  private final Pair pair;
  private final SyncMemory last;
  private final SyncMemory next = new SyncMemory();

  FileComparison(Comparison how, Pair pair) throws IOException {
    this.how = how;
    this.pair = pair;
    this.last =
        how instanceof Comparison.ByVersion(var memory)
            ? SyncMemory.read(memory, pair)
            : new SyncMemory();
  }

  boolean isByVersion() {
    return how instanceof Comparison.ByVersion;
  }

  /// Whether two files have the same content.
  ///
  /// @param place in the trees
  boolean isSame(FsPath place, SourceObject source, SourceObject target) throws IOException {
    boolean same =
        source.size() == target.size()
            && switch (how) {
              case Comparison.BySize bySize -> true;
              case Comparison.ByTime byTime -> source.modified().equals(target.modified());
              case Comparison.ByContent byContent -> Contents.same(source, target);
              case Comparison.ByVersion byVersion ->
                  last.knows(place, source.version(), target.version())
                      || Contents.same(source, target);
            };
    if (same) {
      copied(place, source, target);
    }
    return same;
  }

  /// Two files have the same content now.
  void copied(FsPath place, SourceObject source, SourceObject target) {
    if (isByVersion()) {
      next.remember(place, source.version(), target.version());
    }
  }

  /// What was found or copied is what the next sync will know.
  void keep() throws IOException {
    if (how instanceof Comparison.ByVersion(var memory)) {
      next.write(memory, pair);
    }
  }
}
