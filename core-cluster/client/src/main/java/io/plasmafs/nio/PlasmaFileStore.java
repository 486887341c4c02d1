package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.jspecify.annotations.Nullable;

/// The space of a cluster, as much of it as files can have: what is there, divided by the usual
/// number of copies.
final class PlasmaFileStore extends FileStore {
  private final Namespace namespace;

  PlasmaFileStore(Namespace namespace) {
    this.namespace = namespace;
  }

  @Override
  public String name() {
    return namespace.cluster().name();
  }

  @Override
  public String type() {
    return "plasmafs";
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public long getTotalSpace() {
    Outcome.Filesystem space = namespace.statFilesystem();
    return bytes(space, space.totalBlocks());
  }

  @Override
  public long getUsableSpace() {
    Outcome.Filesystem space = namespace.statFilesystem();
    return bytes(
        space, Math.max(0, space.totalBlocks() - space.usedBlocks() - space.reservedBlocks()));
  }

  @Override
  public long getUnallocatedSpace() {
    return getUsableSpace();
  }

  @Override
  public long getBlockSize() {
    return namespace.cluster().blockSize();
  }

  private long bytes(Outcome.Filesystem space, long blocks) {
    return blocks / Math.max(1, namespace.cluster().replication()) * space.blockSize();
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return type == BasicFileAttributeView.class
        || type == PosixFileAttributeView.class
        || type == FileOwnerAttributeView.class
        || type == UserDefinedFileAttributeView.class;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return NamedAttributes.VIEWS.contains(name);
  }

  @Override
  public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) throws IOException {
    return switch (attribute) {
      case "totalSpace" -> getTotalSpace();
      case "usableSpace" -> getUsableSpace();
      case "unallocatedSpace" -> getUnallocatedSpace();
      default ->
          throw new UnsupportedOperationException(
              "a cluster has no attribute '" + attribute + "' of its space");
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PlasmaFileStore store && store.name().equals(name());
  }

  @Override
  public int hashCode() {
    return name().hashCode();
  }

  @Override
  public String toString() {
    return name() + " (plasmafs)";
  }
}
