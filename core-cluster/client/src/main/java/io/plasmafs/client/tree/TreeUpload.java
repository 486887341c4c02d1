package io.plasmafs.client.tree;

import io.plasmafs.client.NewFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Copies a local file or directory, with all below it, into a cluster within one transaction:
/// small files many to a call, large ones side by side through the datanodes. Memory is bounded by
/// two groups of small files and the client's buffers.
public final class TreeUpload {
  /// Larger files are sent one by one.
  private static final int GROUPED_FILE_BYTES = 1 << 20;

  private static final int GROUP_FILES = 2000;
  private static final int GROUP_BYTES = 16 << 20;
  private static final int GROUP_OPERATIONS = 1000;
  private static final int LARGE_AT_A_TIME = 3;

  private final Transaction transaction;
  private final TreeOptions options;
  private final TransferListener listener;

  private final List<Operation> operations = new ArrayList<>();
  private final List<NewFile> group = new ArrayList<>();
  private final List<Path> groupPaths = new ArrayList<>();
  private long groupBytes;
  private final List<Operation> atTheEnd = new ArrayList<>();
  private final Map<Object, FsPath> firstNames = new HashMap<>();
  private final Semaphore largeSlots = new Semaphore(LARGE_AT_A_TIME);
  private final List<Future<?>> underWay = new ArrayList<>();
  private Future<?> sending = CompletableFuture.completedFuture(null);
  private boolean merging;
  private long files;
  private long directories;
  private long links;
  private long bytes;

  /// An upload within `transaction`, which the caller commits.
  public TreeUpload(Transaction transaction, TreeOptions options, TransferListener listener) {
    this.transaction = transaction;
    this.options = options;
    this.listener = listener;
  }

  /// What was copied.
  ///
  /// @param links symbolic links, and further names of files
  public record Summary(long files, long directories, long links, long bytes) {}

  /// What is needed to know of a local object.
  private record Local(
      Path path,
      int mode,
      long size,
      FileTime modified,
      Object inode,
      int names,
      boolean isDirectory,
      boolean isFile,
      boolean isLink) {

    static Local of(Path path) throws IOException {
      Map<String, Object> a =
          Files.readAttributes(
              path,
              "unix:mode,size,lastModifiedTime,ino,dev,nlink,isDirectory,isRegularFile,isSymbolicLink",
              LinkOption.NOFOLLOW_LINKS);
      return new Local(
          path,
          (Integer) value(a, "mode") & 07777,
          (Long) value(a, "size"),
          (FileTime) value(a, "lastModifiedTime"),
          List.of(value(a, "dev"), value(a, "ino")),
          (Integer) value(a, "nlink"),
          (Boolean) value(a, "isDirectory"),
          (Boolean) value(a, "isRegularFile"),
          (Boolean) value(a, "isSymbolicLink"));
    }

    private static Object value(Map<String, Object> attributes, String name) throws IOException {
      Object value = attributes.get(name);
      if (value == null) {
        throw new IOException("the local file system does not tell the attribute '" + name + "'");
      }
      return value;
    }
  }

  /// Copies `source` to `target`: the copy is called `target`, whose parent must exist. A directory
  /// is merged into one that exists. Symbolic links stay links; files of one inode become one file
  /// with several names. Sockets, pipes and devices are left out, and the listener is told.
  ///
  /// @throws IOException if a local file cannot be read
  /// @throws FsException if the cluster refuses something; the transaction should be aborted then
  public Summary copy(Path source, FsPath target) throws IOException {
    plan(source);
    merging = transaction.find(target).isPresent();
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        Files.walkFileTree(source, new Visitor(workers, source, target));
        flushGroup(workers);
        await(sending);
        for (Future<?> large : underWay) {
          await(large);
        }
        flushOperations();
        for (int from = 0; from < atTheEnd.size(); from += GROUP_OPERATIONS) {
          run(atTheEnd.subList(from, Math.min(atTheEnd.size(), from + GROUP_OPERATIONS)));
        }
      } catch (IOException | RuntimeException e) {
        workers.shutdownNow();
        throw e;
      }
    }
    return new Summary(files, directories, links, bytes);
  }

  private void plan(Path source) throws IOException {
    long[] counts = new long[2];
    Files.walkFileTree(
        source,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            counts[0]++;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            counts[0]++;
            counts[1] += attributes.isRegularFile() ? attributes.size() : 0;
            return FileVisitResult.CONTINUE;
          }
        });
    listener.planned(counts[0], counts[1]);
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    private final ExecutorService workers;
    private final Path source;
    private final List<FsPath> parents = new ArrayList<>();
    private final FsPath target;

    Visitor(ExecutorService workers, Path source, FsPath target) {
      this.workers = workers;
      this.source = source;
      this.target = target;
    }

    private FsPath place(Path path) {
      return path.equals(source)
          ? target
          : parents.get(parents.size() - 1).resolve(LocalNames.nameOf(path));
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes ignored)
        throws IOException {
      FsPath place = place(path);
      Local local = Local.of(path);
      parents.add(place);
      directories++;
      if (!place.isEmpty()) {
        // What its owner may not do must be done before it is forbidden.
        operations.add(new Operation.MakeDirectory(Location.of(place), mode(local) | 0700, true));
      }
      flushIfMany();
      listener.done(path);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(
        Path path, @org.jspecify.annotations.Nullable IOException failure) throws IOException {
      if (failure != null) {
        throw failure;
      }
      FsPath place = parents.remove(parents.size() - 1);
      if (!place.isEmpty()) {
        Local local = Local.of(path);
        AttributeChanges changes = attributes(local, path);
        if ((mode(local) | 0700) != mode(local)) {
          changes = changes.withMode(mode(local));
        }
        if (!changes.equals(AttributeChanges.NONE)) {
          atTheEnd.add(new Operation.SetAttributes(Location.of(place), false, changes));
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes ignored) throws IOException {
      FsPath place = place(path);
      Local local = Local.of(path);
      if (local.isLink()) {
        links++;
        clear(place);
        operations.add(new Operation.MakeSymlink(Location.of(place), LocalNames.targetOf(path)));
        AttributeChanges changes = attributes(local, path);
        if (!changes.equals(AttributeChanges.NONE)) {
          operations.add(new Operation.SetAttributes(Location.of(place), false, changes));
        }
        flushIfMany();
        listener.done(path);
      } else if (local.isFile()) {
        FsPath first = local.names() > 1 ? firstNames.putIfAbsent(local.inode(), place) : null;
        if (first != null) {
          links++;
          clear(place);
          atTheEnd.add(0, new Operation.Link(Location.of(first), Location.of(place)));
          listener.bytes(local.size());
          listener.done(path);
        } else if (local.size() <= GROUPED_FILE_BYTES) {
          addToGroup(workers, local, place);
        } else {
          sendLarge(workers, local, place);
        }
      } else {
        listener.skipped(path, "it is neither a file nor a directory nor a symbolic link");
      }
      return FileVisitResult.CONTINUE;
    }
  }

  /// Makes room for a link, where something may be in the way.
  private void clear(FsPath place) {
    if (merging && options.replace() && transaction.find(place).isPresent()) {
      transaction.unlink(place);
    }
  }

  private int mode(Local local) {
    return options.preserve() ? local.mode() : local.mode() & 0755;
  }

  private AttributeChanges attributes(Local local, Path path) throws IOException {
    AttributeChanges changes = AttributeChanges.NONE;
    if (options.preserve()) {
      changes = changes.withMtime(TimeChange.to(local.modified().toInstant()));
    }
    if (options.owners()) {
      Map<String, Object> names =
          Files.readAttributes(path, "posix:owner,group", LinkOption.NOFOLLOW_LINKS);
      changes =
          changes
              .withOwner(String.valueOf(names.get("owner")))
              .withGroup(String.valueOf(names.get("group")));
    }
    return changes;
  }

  private WriteOptions writing(Local local) {
    return (options.replace() ? WriteOptions.REPLACE : WriteOptions.CREATE_NEW)
        .withMode(mode(local))
        .withReplication(options.replication())
        .with(options.fanOut());
  }

  private void addToGroup(ExecutorService workers, Local local, FsPath place) throws IOException {
    byte[] content = Files.readAllBytes(local.path());
    files++;
    bytes += content.length;
    group.add(
        new NewFile(
            Location.of(place),
            writing(local),
            attributes(local, local.path()),
            ByteBuffer.wrap(content)));
    groupPaths.add(local.path());
    groupBytes += content.length;
    if (group.size() >= GROUP_FILES || groupBytes >= GROUP_BYTES) {
      flushGroup(workers);
    }
  }

  /// Sends the group while the next one is read.
  private void flushGroup(ExecutorService workers) throws IOException {
    flushOperations();
    await(sending);
    if (group.isEmpty()) {
      return;
    }
    List<NewFile> full = List.copyOf(group);
    List<Path> paths = List.copyOf(groupPaths);
    group.clear();
    groupPaths.clear();
    groupBytes = 0;
    sending =
        workers.submit(() -> {
          List<InodeId> unused = transaction.writeAll(full);
          for (int i = 0; i < full.size(); i++) {
            listener.bytes(full.get(i).content().remaining());
            listener.done(paths.get(i));
          }
        });
  }

  private void sendLarge(ExecutorService workers, Local local, FsPath place) throws IOException {
    flushOperations();
    files++;
    bytes += local.size();
    AttributeChanges changes = attributes(local, local.path());
    try {
      largeSlots.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EIO, "the upload was interrupted", e);
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
            send(local, place, changes);
          } finally {
            largeSlots.release();
          }
          return null;
        }));
  }

  private void send(Local local, FsPath place, AttributeChanges changes) throws IOException {
    InodeId inode;
    try (FileChannel in = FileChannel.open(local.path());
        PlasmaOutputStream out = transaction.openOutput(Location.of(place), writing(local))) {
      inode = out.inode();
      try {
        long sent = out.transferFrom(in, listener::bytes);
        if (sent < local.size()) {
          throw new IOException(local.path() + " shrank while it was read");
        }
      } catch (IOException | RuntimeException e) {
        out.abort();
        throw e;
      }
    }
    if (!changes.equals(AttributeChanges.NONE)) {
      run(List.of(new Operation.SetAttributes(Location.of(inode), false, changes)));
    }
    listener.done(local.path());
  }

  private void flushIfMany() {
    if (operations.size() >= GROUP_OPERATIONS) {
      flushOperations();
    }
  }

  private void flushOperations() {
    if (!operations.isEmpty()) {
      List<Operation> full = List.copyOf(operations);
      operations.clear();
      run(full);
    }
  }

  private void run(List<Operation> some) {
    var unused = transaction.execute(some);
  }

  private static void await(Future<?> future) throws IOException {
    try {
      Object unused = future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case FsException known -> throw known;
        case Error error -> throw error;
        case null, default -> throw new FsException(FsStatus.EIO, String.valueOf(e.getCause()), e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EIO, "the upload was interrupted", e);
    }
  }
}
