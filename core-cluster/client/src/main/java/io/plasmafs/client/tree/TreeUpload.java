package io.plasmafs.client.tree;

import io.plasmafs.client.Transaction;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Copies a local file or directory, with all below it, into a cluster within one transaction:
/// small files many to a call, large ones side by side through the datanodes. Memory is bounded by
/// two groups of small files and the client's buffers.
public final class TreeUpload {
  private final Transaction transaction;
  private final TreeOptions options;
  private final TransferListener listener;

  /// A file that has several names is sent under the first.
  private final Map<Object, FsPath> firstNames = new HashMap<>();

  private final List<Operation> furtherNames = new ArrayList<>();
  private final List<Operation> finishedDirectories = new ArrayList<>();
  private boolean merging;
  private long files;
  private long directories;
  private long links;

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

  /// Copies `source` to `target`: the copy is called `target`, whose parent must exist. A directory
  /// is merged into one that exists. Symbolic links stay links; files of one inode become one file
  /// with several names. Sockets, pipes and devices are left out, and the listener is told.
  ///
  /// @throws IOException if a local file cannot be read
  /// @throws FsException if the cluster refuses something; the transaction should be aborted then
  public Summary copy(Path source, FsPath target) throws IOException {
    plan(source);
    merging = transaction.find(target).isPresent();
    try (FileUploads uploads = new FileUploads(transaction, options, listener)) {
      Files.walkFileTree(source, new Visitor(uploads, source, target));
      uploads.finish();
      furtherNames.forEach(uploads::operation);
      // What is put into a directory changes its time.
      finishedDirectories.forEach(uploads::operation);
      uploads.finish();
      return new Summary(files, directories, links, uploads.bytes());
    }
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
    private final FileUploads uploads;
    private final Path source;
    private final List<FsPath> parents = new ArrayList<>();
    private final FsPath target;

    Visitor(FileUploads uploads, Path source, FsPath target) {
      this.uploads = uploads;
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
      LocalObject local = LocalObject.of(path);
      parents.add(place);
      directories++;
      if (!place.isEmpty()) {
        // What its owner may not do must be done before it is forbidden.
        uploads.operation(
            new Operation.MakeDirectory(Location.of(place), uploads.mode(local) | 0700, true));
      }
      listener.done(path);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      FsPath place = parents.remove(parents.size() - 1);
      if (!place.isEmpty()) {
        LocalObject local = LocalObject.of(path);
        AttributeChanges changes = uploads.attributes(local);
        if ((uploads.mode(local) | 0700) != uploads.mode(local)) {
          changes = changes.withMode(uploads.mode(local));
        }
        if (!changes.equals(AttributeChanges.NONE)) {
          finishedDirectories.add(new Operation.SetAttributes(Location.of(place), false, changes));
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes ignored) throws IOException {
      FsPath place = place(path);
      LocalObject local = LocalObject.of(path);
      Optional<FileType> type = local.type();
      if (type.isPresent() && type.get() == FileType.SYMLINK) {
        links++;
        clear(place);
        uploads.operation(new Operation.MakeSymlink(Location.of(place), LocalNames.targetOf(path)));
        AttributeChanges changes = uploads.attributes(local);
        if (!changes.equals(AttributeChanges.NONE)) {
          uploads.operation(new Operation.SetAttributes(Location.of(place), false, changes));
        }
        listener.done(path);
      } else if (type.isPresent() && type.get() == FileType.REGULAR) {
        FsPath first = local.names() > 1 ? firstNames.putIfAbsent(local.inode(), place) : null;
        if (first != null) {
          links++;
          clear(place);
          furtherNames.add(new Operation.Link(Location.of(first), Location.of(place)));
          listener.bytes(local.size());
          listener.done(path);
        } else {
          files++;
          uploads.file(local, place);
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
}
