package io.plasmafs.client.tree;

import io.plasmafs.client.NewFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Sends local files into a transaction: small ones in groups, of which one is under way while the
/// next is read, large ones side by side. Other operations take their turn among them in groups,
/// too. Memory is bounded by two groups and the client's buffers.
final class FileUploads implements AutoCloseable {
  /// Larger files are sent one by one.
  private static final int GROUPED_FILE_BYTES = 1 << 20;

  private static final int GROUP_FILES = 2000;
  private static final int GROUP_BYTES = 16 << 20;
  private static final int GROUP_OPERATIONS = 1000;
  private static final int LARGE_AT_A_TIME = 3;

  private record Small(LocalObject local, NewFile file) {}

  private final Transaction transaction;
  private final TreeOptions options;
  private final TransferListener listener;
  private final TransferSlots groups = new TransferSlots("the upload", 1);
  private final TransferSlots large = new TransferSlots("the upload", LARGE_AT_A_TIME);
  private final List<Operation> operations = new ArrayList<>();
  private final List<Small> group = new ArrayList<>();
  private long groupBytes;
  private long bytes;

  FileUploads(Transaction transaction, TreeOptions options, TransferListener listener) {
    this.transaction = transaction;
    this.options = options;
    this.listener = listener;
  }

  /// Bytes of all files so far, as they were read.
  long bytes() {
    return bytes;
  }

  /// The mode that the copy of a local object gets.
  int mode(LocalObject local) {
    return options.preserve() ? local.mode() : local.mode() & 0755;
  }

  /// What else the copy of a local object gets, beside its mode.
  AttributeChanges attributes(LocalObject local) throws IOException {
    AttributeChanges changes = AttributeChanges.NONE;
    if (options.preserve()) {
      changes = changes.withMtime(TimeChange.to(local.modified().toInstant()));
    }
    if (options.owners()) {
      Map<String, Object> names =
          Files.readAttributes(local.path(), "posix:owner,group", LinkOption.NOFOLLOW_LINKS);
      changes =
          changes
              .withOwner(String.valueOf(names.get("owner")))
              .withGroup(String.valueOf(names.get("group")));
    }
    return changes;
  }

  /// Has an operation done after those and before the files that follow.
  void operation(Operation operation) {
    operations.add(operation);
    if (operations.size() >= GROUP_OPERATIONS) {
      flushOperations();
    }
  }

  /// Has a file sent.
  void file(LocalObject local, FsPath place) throws IOException {
    if (local.size() > GROUPED_FILE_BYTES) {
      flushOperations();
      bytes += local.size();
      AttributeChanges changes = attributes(local);
      large.start(() -> {
        send(local, place, changes);
        return null;
      });
      return;
    }
    byte[] content = Files.readAllBytes(local.path());
    bytes += content.length;
    group.add(
        new Small(
            local,
            new NewFile(
                Location.of(place), writing(local), attributes(local), ByteBuffer.wrap(content))));
    groupBytes += content.length;
    if (group.size() >= GROUP_FILES || groupBytes >= GROUP_BYTES) {
      flushGroup();
    }
  }

  /// Returns when everything is sent.
  void finish() throws IOException {
    flushGroup();
    groups.awaitAll();
    large.awaitAll();
    flushOperations();
  }

  /// Stops what is still under way.
  @Override
  public void close() {
    groups.close();
    large.close();
  }

  private WriteOptions writing(LocalObject local) {
    return (options.replace() ? WriteOptions.REPLACE : WriteOptions.CREATE_NEW)
        .withMode(mode(local))
        .withReplication(options.replication())
        .with(options.fanOut());
  }

  private void flushGroup() throws IOException {
    flushOperations();
    if (group.isEmpty()) {
      return;
    }
    List<Small> full = List.copyOf(group);
    group.clear();
    groupBytes = 0;
    groups.start(() -> {
      List<InodeId> unused = transaction.writeAll(full.stream().map(Small::file).toList());
      for (Small small : full) {
        listener.bytes(small.file().content().remaining());
        listener.done(small.local().path());
      }
      return null;
    });
  }

  private void send(LocalObject local, FsPath place, AttributeChanges changes) throws IOException {
    Path path = local.path();
    InodeId inode;
    try (FileChannel in = FileChannel.open(path);
        PlasmaOutputStream out = transaction.openOutput(Location.of(place), writing(local))) {
      inode = out.inode();
      try {
        long sent = out.transferFrom(in, listener::bytes);
        if (sent < local.size()) {
          throw new IOException(path + " shrank while it was read");
        }
      } catch (IOException | RuntimeException e) {
        out.abort();
        throw e;
      }
    }
    if (!changes.equals(AttributeChanges.NONE)) {
      var unused =
          transaction.execute(new Operation.SetAttributes(Location.of(inode), false, changes));
    }
    listener.done(path);
  }

  private void flushOperations() {
    if (!operations.isEmpty()) {
      List<Operation> full = List.copyOf(operations);
      operations.clear();
      var unused = transaction.execute(full);
    }
  }
}
