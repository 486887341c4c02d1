package io.plasmafs.client.cache;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Where a path leads, as far as is remembered: to be used only once it is known to be current.
///
/// @param directories on the way, from the root
/// @param target what is there; absent if there is known to be nothing
/// @param askedNanos when the oldest of the questions was asked whose answers this is made of
public record Route(List<Attributes> directories, Optional<Attributes> target, long askedNanos) {

  /// Names every inode whose version has to be current.
  public void forEachInode(Consumer<InodeId> consumer) {
    directories.forEach(directory -> consumer.accept(directory.inode()));
    target.ifPresent(found -> consumer.accept(found.inode()));
  }

  /// Whether all inodes have the versions that this route was made of.
  ///
  /// @param versions as they were at one instant
  public boolean agreesWith(Map<InodeId, Outcome.VersionPair> versions) {
    for (Attributes directory : directories) {
      if (!agrees(directory, versions)) {
        return false;
      }
    }
    return target.isEmpty() || agrees(target.get(), versions);
  }

  private static boolean agrees(Attributes attributes, Map<InodeId, Outcome.VersionPair> versions) {
    Outcome.VersionPair now = versions.get(attributes.inode());
    return now != null && now.version() == attributes.version();
  }
}
