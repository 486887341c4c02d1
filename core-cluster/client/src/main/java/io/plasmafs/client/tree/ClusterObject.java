package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongConsumer;

/// What is needed to know of something in a cluster; symbolic links are not followed.
record ClusterObject(Namespace cluster, FsPath path, Attributes attributes)
    implements SourceObject {

  @Override
  public Optional<FileType> type() {
    return Optional.of(attributes.type());
  }

  @Override
  public int mode() {
    return attributes.mode();
  }

  @Override
  public long size() {
    return attributes.size();
  }

  @Override
  public Instant modified() {
    return attributes.mtime();
  }

  @Override
  public String version() {
    return attributes.inode().value() + "." + attributes.contentVersion();
  }

  @Override
  public Ownership ownership() {
    return new Ownership(attributes.owner(), attributes.group());
  }

  @Override
  public LinkTarget target() {
    return cluster.readLink(path);
  }

  private Location location() {
    return Location.of(attributes.inode());
  }

  @Override
  public ByteBuffer content() {
    return ByteBuffer.wrap(cluster.readAll(location()));
  }

  @Override
  public PlasmaInputStream open() {
    return cluster.openInput(location());
  }

  @Override
  public void send(PlasmaOutputStream out, LongConsumer progress) throws IOException {
    try (PlasmaInputStream in = open()) {
      long unused = in.transferTo(out, progress);
    }
  }
}
