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
import java.util.ArrayList;
import java.util.List;

/// Sends files into a transaction: small ones in groups, of which one is under way while the next
/// is read, large ones side by side. Other operations take their turn among them in groups, too.
/// Memory is bounded by two groups and the client's buffers.
final class FileUploads implements AutoCloseable {
  /// Larger files are sent one by one.
  private static final int GROUPED_FILE_BYTES = 1 << 20;

  private static final int GROUP_FILES = 2000;
  private static final int GROUP_BYTES = 16 << 20;
  private static final int GROUP_OPERATIONS = 1000;
  private static final int LARGE_AT_A_TIME = 3;

  private final Transaction transaction;
  private final TreeOptions options;
  private final TransferListener listener;
  private final TransferSlots groups = new TransferSlots("the upload", 1);
  private final TransferSlots large = new TransferSlots("the upload", LARGE_AT_A_TIME);
  private final List<Operation> operations = new ArrayList<>();
  private final List<NewFile> group = new ArrayList<>();
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

  /// The mode that the copy of an object gets.
  int mode(SourceObject source) {
    return options.preserve() ? source.mode() : source.mode() & 0755;
  }

  /// What else the copy of an object gets, beside its mode.
  AttributeChanges attributes(SourceObject source) throws IOException {
    AttributeChanges changes = AttributeChanges.NONE;
    if (options.preserve()) {
      changes = changes.withMtime(TimeChange.to(source.modified()));
    }
    if (options.owners()) {
      SourceObject.Ownership ownership = source.ownership();
      changes = changes.withOwner(ownership.owner()).withGroup(ownership.group());
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
  void file(SourceObject source, FsPath place) throws IOException {
    if (source.size() > GROUPED_FILE_BYTES) {
      flushOperations();
      bytes += source.size();
      AttributeChanges changes = attributes(source);
      large.start(() -> {
        send(source, place, changes);
        return null;
      });
      return;
    }
    ByteBuffer content = source.content();
    int length = content.remaining();
    bytes += length;
    group.add(new NewFile(Location.of(place), writing(source), attributes(source), content));
    groupBytes += length;
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

  private WriteOptions writing(SourceObject source) {
    return (options.replace() ? WriteOptions.REPLACE : WriteOptions.CREATE_NEW)
        .withMode(mode(source))
        .withReplication(options.replication())
        .with(options.fanOut());
  }

  private void flushGroup() throws IOException {
    flushOperations();
    if (group.isEmpty()) {
      return;
    }
    List<NewFile> full = List.copyOf(group);
    long sent = groupBytes;
    group.clear();
    groupBytes = 0;
    groups.start(() -> {
      List<InodeId> unused = transaction.writeAll(full);
      listener.bytes(sent);
      full.forEach(file -> listener.done());
      return null;
    });
  }

  private void send(SourceObject source, FsPath place, AttributeChanges changes)
      throws IOException {
    InodeId inode;
    try (PlasmaOutputStream out = transaction.openOutput(Location.of(place), writing(source))) {
      inode = out.inode();
      out.expect(source.size());
      try {
        source.send(out, listener::bytes);
      } catch (IOException | RuntimeException e) {
        out.abort();
        throw e;
      }
    }
    if (!changes.equals(AttributeChanges.NONE)) {
      var unused =
          transaction.execute(new Operation.SetAttributes(Location.of(inode), false, changes));
    }
    listener.done();
  }

  private void flushOperations() {
    if (!operations.isEmpty()) {
      List<Operation> full = List.copyOf(operations);
      operations.clear();
      var unused = transaction.execute(full);
    }
  }
}
