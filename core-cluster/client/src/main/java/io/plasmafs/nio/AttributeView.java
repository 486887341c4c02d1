package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Attributes of one file, for the views `basic`, `owner` and `posix`, which differ in name only.
final class AttributeView implements PosixFileAttributeView {
  private final String name;
  private final PlasmaPath path;
  private final boolean follow;

  AttributeView(String name, PlasmaPath path, boolean follow) {
    this.name = name;
    this.path = path;
    this.follow = follow;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PlasmaFileAttributes readAttributes() throws IOException {
    return Failures.translate(path, () -> new PlasmaFileAttributes(look()));
  }

  private Attributes look() {
    PlasmaFileSystem fileSystem = path.getFileSystem();
    Namespace namespace = fileSystem.namespace();
    return follow
        ? namespace.stat(fileSystem.locate(path))
        : namespace.lstat(fileSystem.locate(path));
  }

  /// Makes the changes, all in one step.
  void change(AttributeChanges changes) throws IOException {
    Failures.perform(
        path,
        null,
        () -> {
          PlasmaFileSystem fileSystem = path.getFileSystem();
          Namespace namespace = fileSystem.namespace();
          Object unused =
              follow
                  ? namespace.setAttributes(fileSystem.locate(path), changes)
                  : namespace.setLinkAttributes(fileSystem.locate(path), changes);
        });
  }

  /// Sets the times that are given. That of last access is not kept.
  @Override
  public void setTimes(
      @Nullable FileTime lastModified, @Nullable FileTime lastAccess, @Nullable FileTime creation)
      throws IOException {
    AttributeChanges changes = AttributeChanges.NONE;
    if (lastModified != null) {
      changes = changes.withMtime(TimeChange.to(lastModified.toInstant()));
    }
    if (creation != null) {
      changes = changes.withBirth(TimeChange.to(creation.toInstant()));
    }
    if (!changes.equals(AttributeChanges.NONE)) {
      change(changes);
    }
  }

  @Override
  public UserPrincipal getOwner() throws IOException {
    return readAttributes().owner();
  }

  @Override
  public void setOwner(UserPrincipal owner) throws IOException {
    change(AttributeChanges.NONE.withOwner(Principals.userName(owner)));
  }

  @Override
  public void setGroup(GroupPrincipal group) throws IOException {
    change(AttributeChanges.NONE.withGroup(group.getName()));
  }

  /// Sets the nine permission bits; those above them stay.
  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    int mode = readAttributes().attributes().mode();
    change(AttributeChanges.NONE.withMode(Modes.mode(mode, permissions)));
  }
}
