package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.tree.SyncListener.Difference;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What has to be done to make a tree of a cluster like another one.
final class SyncPlan {

  /// One thing to be done.
  sealed interface Step {
    /// Removes what is there, with all below it.
    record Remove(FsPath place) implements Step {}

    /// Makes a directory, to which everything may be added as yet.
    record MakeDirectory(FsPath place, SourceObject object) implements Step {}

    /// Makes a file or a symbolic link.
    record Copy(FsPath place, SourceObject object) implements Step {}

    /// Gives an object its attributes, after all that may change them.
    record Finish(FsPath place, SourceObject object) implements Step {}
  }

  private final Namespace cluster;
  private final FsPath target;
  private final SyncOptions options;
  private final FileComparison comparison;
  private final SyncListener listener;

  /// What is there and has not been compared yet.
  private final Map<FsPath, Attributes> there = new HashMap<>();

  private final List<Step> removals = new ArrayList<>();
  private final List<Step> directories = new ArrayList<>();
  private final List<Step> copies = new ArrayList<>();

  /// Directories that may need their attributes, and all else that does.
  private final List<Step.Finish> finishes = new ArrayList<>();

  /// What needs its attributes: directories too, in which something changes.
  private final Set<FsPath> changed = new HashSet<>();

  private long same;
  private long touched;
  private long removed;
  private long bytes;

  private SyncPlan(
      Namespace cluster,
      FsPath target,
      SyncOptions options,
      FileComparison comparison,
      SyncListener listener) {
    this.cluster = cluster;
    this.target = target;
    this.options = options;
    this.comparison = comparison;
    this.listener = listener;
  }

  /// Compares the two. It needs memory for the attributes of all objects of the target.
  static SyncPlan of(
      SyncSource source,
      Namespace cluster,
      FsPath target,
      SyncOptions options,
      FileComparison comparison,
      SyncListener listener)
      throws IOException {
    SyncPlan plan = new SyncPlan(cluster, target, options, comparison, listener);
    plan.index();
    source.walk(plan::compare);
    if (options.delete()) {
      for (FsPath rest : List.copyOf(plan.there.keySet())) {
        if (rest.isEmpty() || !plan.there.containsKey(rest.parent())) {
          plan.remove(rest);
        }
      }
    }
    return plan;
  }

  SyncSummary summary() {
    return new SyncSummary(
        same, (long) directories.size() + copies.size(), touched, removed, bytes);
  }

  /// What is to be done, in order.
  List<Step> steps() {
    List<Step> steps = new ArrayList<>(removals);
    steps.addAll(directories);
    steps.addAll(copies);
    // What is put into a directory changes its time.
    for (Step.Finish finish : finishes.reversed()) {
      if (changed.contains(finish.place())) {
        steps.add(finish);
      }
    }
    return steps;
  }

  /// Where something is within the target.
  FsPath inTree(FsPath place) {
    return new FsPath(place.names().subList(target.names().size(), place.names().size()));
  }

  private void index() {
    if (cluster.find(target).isPresent()) {
      try (Stream<TreeEntry> walk = cluster.walk(target)) {
        walk.forEach(entry -> there.put(entry.path(), entry.attributes()));
      }
    }
  }

  private void remove(FsPath place) {
    removed++;
    removals.add(new Step.Remove(place));
    changed.add(place.parent());
    listener.differs(Difference.REMOVE, place);
  }

  private void compare(SourceObject object, FsPath inTree) throws IOException {
    FsPath place = target.resolve(inTree);
    Attributes found = there.remove(place);
    if (object.type().isEmpty()) {
      skip(object);
      return;
    }
    FileType type = object.type().get();
    if (found != null && found.type() != type) {
      makeRoom(place, type, found);
      found = null;
    }
    if (found == null) {
      make(object, type, place);
    } else if (!sameContent(object, inTree, place, found)) {
      if (type == FileType.SYMLINK) {
        removals.add(new Step.Remove(place));
      }
      make(object, type, place);
    } else if (place.isEmpty() || sameAttributes(object, found)) {
      same++;
      if (type == FileType.DIRECTORY) {
        finishes.add(new Step.Finish(place, object));
      }
    } else {
      touched++;
      listener.differs(Difference.TOUCH, place);
      finishes.add(new Step.Finish(place, object));
      changed.add(place);
    }
  }

  private void skip(SourceObject object) {
    if (object instanceof LocalObject local) {
      listener.skipped(local.path(), "it is neither a file nor a directory nor a symbolic link");
    }
  }

  private void makeRoom(FsPath place, FileType type, Attributes found) {
    if (place.equals(target)) {
      throw new FsException(
          found.isDirectory() ? FsStatus.EISDIR : FsStatus.ENOTDIR,
          place + " is a " + name(found.type()) + ", what it is to be like is a " + name(type));
    }
    if (found.isDirectory() && !options.delete()) {
      throw new FsException(
          FsStatus.EISDIR,
          place + " is a directory in the way of a " + name(type) + "; deletion would remove it");
    }
    // What is below something that is removed needs no removal of its own.
    if (found.isDirectory()) {
      there.keySet().removeIf(path -> path.startsWith(place));
    }
    remove(place);
  }

  static String name(FileType type) {
    return switch (type) {
      case REGULAR -> "file";
      case DIRECTORY -> "directory";
      case SYMLINK -> "symbolic link";
    };
  }

  private void make(SourceObject object, FileType type, FsPath place) {
    listener.differs(Difference.COPY, place);
    if (!place.isEmpty()) {
      changed.add(place.parent());
    }
    if (type == FileType.DIRECTORY) {
      directories.add(new Step.MakeDirectory(place, object));
      finishes.add(new Step.Finish(place, object));
      changed.add(place);
    } else {
      copies.add(new Step.Copy(place, object));
      bytes += bytes(copies.getLast());
    }
  }

  private boolean sameContent(SourceObject object, FsPath inTree, FsPath place, Attributes found)
      throws IOException {
    return switch (found.type()) {
      case DIRECTORY -> true;
      case SYMLINK -> cluster.readLink(place).equals(object.target());
      case REGULAR -> comparison.isSame(inTree, object, new ClusterObject(cluster, place, found));
    };
  }

  private static boolean sameAttributes(SourceObject object, Attributes found) {
    return found.isSymlink()
        || (object.mode() == found.mode() && object.modified().equals(found.mtime()));
  }

  /// What its owner may not do has to be done before it is forbidden.
  static int openMode(SourceObject directory) {
    return directory.mode() | 0700;
  }

  /// How much content a step sends.
  static long bytes(Step step) {
    return step instanceof Step.Copy(FsPath unused, SourceObject object)
            && object.type().equals(Optional.of(FileType.REGULAR))
        ? object.size()
        : 0;
  }
}
