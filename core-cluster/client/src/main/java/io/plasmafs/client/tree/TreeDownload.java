package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.tree.TreeUpload.Summary;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
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
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/// Copies a file or directory of a cluster, with all below it, to the local disk: small files many
/// to a call, large ones side by side from the datanodes.
public final class TreeDownload {
  /// Larger files are fetched one by one.
  private static final int GROUPED_FILE_BYTES = 1 << 20;

  private static final int GROUP_FILES = 256;
  private static final long GROUP_BYTES = 2L << 20;
  private static final int AT_A_TIME = 4;

  private final Namespace source;
  private final TreeOptions options;
  private final TransferListener listener;

  private record Wanted(Attributes attributes, Path local) {}

  private final List<Wanted> group = new ArrayList<>();
  private long groupBytes;
  private final List<Wanted> finishedDirectories = new ArrayList<>();
  private final List<Path[]> furtherNames = new ArrayList<>();
  private final Map<InodeId, Path> firstNames = new HashMap<>();
  private final Semaphore slots = new Semaphore(AT_A_TIME);
  private final List<Future<?>> underWay = new ArrayList<>();
  private long files;
  private long directories;
  private long links;
  private long bytes;

  /// A download from a client, or from within a transaction.
  public TreeDownload(Namespace source, TreeOptions options, TransferListener listener) {
    this.source = source;
    this.options = options;
    this.listener = listener;
  }

  /// Copies `from` to `target`: the copy is called `target`, whose parent must exist. A directory
  /// is merged into one that exists.
  ///
  /// @throws IOException if a local file cannot be written
  /// @throws FsException if the cluster refuses something
  public Summary copy(FsPath from, Path target) throws IOException {
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
        Stream<TreeEntry> walk = source.walk(from)) {
      try {
        // The local directory of each depth on the way down.
        List<Path> parents = new ArrayList<>();
        for (Iterator<TreeEntry> entries = walk.iterator(); entries.hasNext(); ) {
          TreeEntry entry = entries.next();
          while (parents.size() > entry.depth()) {
            parents.remove(parents.size() - 1);
          }
          Path local =
              entry.depth() == 0
                  ? target
                  : LocalNames.resolve(parents.get(entry.depth() - 1), entry.path().last());
          switch (entry.attributes().type()) {
            case DIRECTORY -> {
              makeDirectory(local);
              parents.add(local);
              directories++;
              finishedDirectories.add(new Wanted(entry.attributes(), local));
              listener.done(local);
            }
            case SYMLINK -> link(entry, local);
            case REGULAR -> file(workers, entry.attributes(), local);
          }
        }
        flush(workers);
        for (Future<?> future : underWay) {
          await(future);
        }
        for (Path[] names : furtherNames) {
          makeRoom(names[1]);
          Path unused = Files.createLink(names[1], names[0]);
        }
        for (int i = finishedDirectories.size() - 1; i >= 0; i--) {
          Wanted directory = finishedDirectories.get(i);
          setAttributes(directory.attributes(), directory.local());
        }
      } catch (IOException | RuntimeException e) {
        workers.shutdownNow();
        throw e;
      }
    }
    return new Summary(files, directories, links, bytes);
  }

  private static void makeDirectory(Path local) throws IOException {
    try {
      Path unused = Files.createDirectory(local);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(local)) {
        throw e;
      }
    }
  }

  private void makeRoom(Path local) throws IOException {
    if (options.replace()
        && Files.exists(local, LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(local, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(local);
    }
  }

  private void link(TreeEntry entry, Path local) throws IOException {
    links++;
    makeRoom(local);
    Path unused = Files.createSymbolicLink(local, LocalNames.target(source.readLink(entry.path())));
    listener.done(local);
  }

  private void file(ExecutorService workers, Attributes attributes, Path local) throws IOException {
    files++;
    bytes += attributes.size();
    if (attributes.nlink() > 1) {
      Path first = firstNames.putIfAbsent(attributes.inode(), local);
      if (first != null) {
        files--;
        links++;
        bytes -= attributes.size();
        furtherNames.add(new Path[] {first, local});
        listener.done(local);
        return;
      }
    }
    if (attributes.size() <= GROUPED_FILE_BYTES) {
      group.add(new Wanted(attributes, local));
      groupBytes += attributes.size();
      if (group.size() >= GROUP_FILES || groupBytes >= GROUP_BYTES) {
        flush(workers);
      }
      return;
    }
    start(
        workers,
        () -> {
          fetch(new Wanted(attributes, local));
          return null;
        });
  }

  private void start(ExecutorService workers, java.util.concurrent.Callable<?> work)
      throws IOException {
    try {
      slots.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EIO, "the download was interrupted", e);
    }
    underWay.removeIf(future -> future.state() == Future.State.SUCCESS);
    for (Future<?> earlier : underWay) {
      if (earlier.isDone()) {
        await(earlier);
      }
    }
    underWay.add(
        workers.submit(() -> {
          try {
            return work.call();
          } finally {
            slots.release();
          }
        }));
  }

  /// Has the contents of the group asked for together, and the local files written.
  private void flush(ExecutorService workers) throws IOException {
    if (group.isEmpty()) {
      return;
    }
    List<Wanted> full = List.copyOf(group);
    group.clear();
    groupBytes = 0;
    start(
        workers,
        () -> {
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

  private void setAttributes(Attributes attributes, Path local) throws IOException {
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

  private static void await(Future<?> future) throws IOException {
    try {
      Object unused = future.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      while (cause instanceof ExecutionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      switch (cause) {
        case IOException io -> throw io;
        case FsException known -> throw known;
        case Error error -> throw error;
        case null, default -> throw new FsException(FsStatus.EIO, String.valueOf(cause), e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EIO, "the download was interrupted", e);
    }
  }
}
