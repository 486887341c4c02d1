package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Fetches files of a cluster to the local disk: small ones many to a call, large ones side by side
/// from the datanodes.
final class FileDownloads implements AutoCloseable {
  /// Larger files are fetched one by one.
  private static final int GROUPED_FILE_BYTES = 1 << 20;

  private static final int GROUP_FILES = 256;
  private static final long GROUP_BYTES = 2L << 20;
  private static final int AT_A_TIME = 4;

  private record Wanted(Attributes attributes, Path local) {}

  private final Namespace source;
  private final TreeOptions options;
  private final TransferListener listener;
  private final TransferSlots slots = new TransferSlots("the download", AT_A_TIME);
  private final List<Wanted> group = new ArrayList<>();
  private long groupBytes;

  FileDownloads(Namespace source, TreeOptions options, TransferListener listener) {
    this.source = source;
    this.options = options;
    this.listener = listener;
  }

  /// Has a file fetched, with its attributes.
  void file(Attributes attributes, Path local) throws IOException {
    if (attributes.size() > GROUPED_FILE_BYTES) {
      slots.start(() -> {
        fetch(new Wanted(attributes, local));
        return null;
      });
      return;
    }
    group.add(new Wanted(attributes, local));
    groupBytes += attributes.size();
    if (group.size() >= GROUP_FILES || groupBytes >= GROUP_BYTES) {
      flush();
    }
  }

  /// Returns when everything is fetched.
  void finish() throws IOException {
    flush();
    slots.awaitAll();
  }

  /// Stops what is still under way.
  @Override
  public void close() {
    slots.close();
  }

  /// Removes what is in the way of a file or link, unless it is a directory or must stay.
  void makeRoom(Path local) throws IOException {
    if (options.replace()
        && Files.exists(local, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(local, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(local);
    }
  }

  /// Gives a local file or directory the attributes that the options say.
  void setAttributes(Attributes attributes, Path local) throws IOException {
    if (options.owners()) {
      var principals = local.getFileSystem().getUserPrincipalLookupService();
      Path unused =
          Files.setAttribute(
              local,
              "posix:owner",
              principals.lookupPrincipalByName(attributes.owner()),
              LinkOption.NOFOLLOW_LINKS);
      unused =
          Files.setAttribute(
              local,
              "posix:group",
              principals.lookupPrincipalByGroupName(attributes.group()),
              LinkOption.NOFOLLOW_LINKS);
    }
    if (options.preserve()) {
      Path unused = Files.setAttribute(local, "unix:mode", attributes.mode());
      unused = Files.setLastModifiedTime(local, FileTime.from(attributes.mtime()));
    }
  }

  /// Has the contents of the group asked for together, and the local files written.
  private void flush() throws IOException {
    if (group.isEmpty()) {
      return;
    }
    List<Wanted> full = List.copyOf(group);
    group.clear();
    groupBytes = 0;
    slots.start(() -> {
      List<Optional<ByteBuffer>> contents =
          source.readMany(
              full.stream().map(wanted -> Location.of(wanted.attributes().inode())).toList());
      for (int i = 0; i < full.size(); i++) {
        Wanted wanted = full.get(i);
        if (contents.get(i).isPresent()) {
          ByteBuffer content = contents.get(i).get();
          int length = content.remaining();
          try (FileChannel out = create(wanted.local())) {
            write(out, content);
          }
          finished(wanted, length);
        } else {
          // It has grown since the walk came by, or something stopped the call before.
          fetch(wanted);
        }
      }
      return null;
    });
  }

  private FileChannel create(Path local) throws IOException {
    try {
      return FileChannel.open(local, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      if (!options.replace()) {
        throw e;
      }
      makeRoom(local);
      return FileChannel.open(local, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int unused = out.write(bytes);
    }
  }

  private void fetch(Wanted wanted) throws IOException {
    PlasmaInputStream in;
    try {
      in = source.openInput(Location.of(wanted.attributes().inode()));
    } catch (FsException e) {
      if (e.status() == FsStatus.ESTALE || e.status() == FsStatus.ENOENT) {
        listener.skipped(wanted.local(), "it was removed meanwhile");
        return;
      }
      throw e;
    }
    try (in;
        FileChannel out = create(wanted.local())) {
      long unused = in.transferTo(out, listener::bytes);
    }
    finished(wanted, 0);
  }

  private void finished(Wanted wanted, long count) throws IOException {
    setAttributes(wanted.attributes(), wanted.local());
    listener.bytes(count);
    listener.done(wanted.local());
  }
}
