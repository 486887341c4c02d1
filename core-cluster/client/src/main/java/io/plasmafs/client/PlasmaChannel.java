package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A file opened for reads and writes anywhere. Writes gather in a bounded number of blocks, and
/// change only copies of the blocks that they touch. Safe for use by several threads.
///
/// A channel opened on a client begins a transaction when it has something to send, or at once if
/// the file may have to be created, and commits it at [#force()] and [#close()]. Without one it may
/// be idle for as long as it likes. It shows the file as it was when it was opened, or last forced,
/// with its own changes. If somebody else has changed the content meanwhile, its next commit fails
/// with ECONFLICT: no change is lost unnoticed.
///
/// A channel opened in a transaction belongs to that one. If somebody else has changed the content
/// between the opening and the first change that is sent, [#force()], [#close()], or the commit of
/// the transaction fails with ECONFLICT.
public final class PlasmaChannel implements SeekableByteChannel {
  /// Changed blocks that are gathered before they are sent.
  private static final int DIRTY_BYTES = 4 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final PlasmaClient client;
  private final boolean owned;
  private final InodeId inode;
  private final WriteOptions options;
  private final int blockSize;
  private final int inlineLimit;

  // Guarded by lock.

  /// What takes the changes. One of its own the channel begins with the first that it sends.
  private @Nullable Transaction transaction;

  /// The file without what was not sent yet.
  private Basis basis;

  /// Whether the transaction knows what its changes are based on.
  private boolean required;

  /// Bytes of the content of `basis` that were not cut off.
  private long kept;

  /// Changed blocks, each complete; what the file does not reach of the last one is zero.
  private final TreeMap<Long, ByteBuffer> dirty = new TreeMap<>();

  private long size;
  private long position;
  private boolean closed;

  private PlasmaChannel(
      PlasmaClient client,
      boolean owned,
      @Nullable Transaction transaction,
      Basis basis,
      WriteOptions options) {
    this.client = client;
    this.owned = owned;
    this.transaction = transaction;
    this.basis = basis;
    this.inode = basis.inode();
    this.options = options;
    this.blockSize = client.cluster().blockSize();
    this.inlineLimit = client.cluster().inlineLimit();
    this.kept = basis.content().size();
    this.size = kept;
    this.position = options.how() == WriteOptions.How.APPEND ? size : 0;
  }

  /// Opens a file in a transaction.
  static PlasmaChannel open(Transaction transaction, Location where, WriteOptions options) {
    return new PlasmaChannel(
        transaction.client(), false, transaction, opened(transaction, where, options), options);
  }

  /// Opens a file in transactions of the channel's own.
  static PlasmaChannel open(PlasmaClient client, Location where, WriteOptions options) {
    if (options.how() == WriteOptions.How.UPDATE_EXISTING) {
      Basis basis = Basis.committed(FileContent.held(client, where));
      return new PlasmaChannel(client, true, null, basis, options);
    }
    Transaction transaction = client.beginHidden();
    try {
      return new PlasmaChannel(
          client, true, transaction, opened(transaction, where, options), options);
    } catch (RuntimeException e) {
      transaction.abortAsync();
      throw e;
    }
  }

  private static Basis opened(Transaction transaction, Location where, WriteOptions options) {
    InodeId inode =
        Outcomes.expect(Outcome.Inode.class, transaction.execute(FileEdits.opening(where, options)))
            .attributes()
            .inode();
    return Basis.of(transaction, inode);
  }

  /// The file.
  public InodeId inode() {
    return inode;
  }

  private interface Action<T> {
    T run() throws ClosedChannelException;
  }

  private <T> T locked(Action<T> action) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      return action.run();
    } catch (FsException e) {
      throw new PlasmaIOException(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return locked(() -> {
      int count = readAt(target, position);
      position += Math.max(0, count);
      return count;
    });
  }

  /// Reads from `position` on and leaves the channel's own position alone.
  ///
  /// @return bytes read; -1 at or after the end
  public int read(ByteBuffer target, long at) throws IOException {
    return locked(() -> readAt(target, at));
  }

  private int readAt(ByteBuffer target, long from) {
    checkPosition(from);
    if (from >= size) {
      return -1;
    }
    int length = (int) Math.min(target.remaining(), size - from);
    int done = 0;
    while (done < length) {
      long at = from + done;
      long block = at / blockSize;
      ByteBuffer changed = dirty.get(block);
      if (changed != null) {
        int offset = (int) (at % blockSize);
        int count = Math.min(length - done, blockSize - offset);
        target.put(changed.slice(offset, count));
        done += count;
        continue;
      }
      Long nextDirty = dirty.higherKey(block);
      long end = nextDirty == null ? from + length : Math.min(from + length, nextDirty * blockSize);
      done += readClean(target, at, (int) (end - at));
    }
    return length;
  }

  private int readClean(ByteBuffer target, long at, int length) {
    int limit = target.limit();
    int present = (int) Math.max(0, Math.min(length, kept - at));
    if (present > 0) {
      target.limit(target.position() + present);
      int unused = basis.content().read(target, at);
      target.limit(limit);
    }
    for (int i = present; i < length; i++) {
      target.put((byte) 0);
    }
    return length;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return locked(() -> {
      if (options.how() == WriteOptions.How.APPEND) {
        position = size;
      }
      int count = writeAt(source, position);
      position += count;
      return count;
    });
  }

  /// Writes all of `source` from `position` on and leaves the channel's own position alone.
  public int write(ByteBuffer source, long at) throws IOException {
    return locked(() -> writeAt(source, at));
  }

  private int writeAt(ByteBuffer source, long from) {
    checkPosition(from);
    int length = source.remaining();
    long at = from;
    while (source.hasRemaining()) {
      long block = at / blockSize;
      int offset = (int) (at % blockSize);
      int count = Math.min(source.remaining(), blockSize - offset);
      ByteBuffer target = changeable(block, offset == 0 && count == blockSize);
      target.put(offset, source, source.position(), count);
      source.position(source.position() + count);
      at += count;
      size = Math.max(size, at);
    }
    return length;
  }

  /// A block that may be changed, with its present content unless all of it will be replaced.
  private ByteBuffer changeable(long block, boolean whole) {
    ByteBuffer known = dirty.get(block);
    if (known != null) {
      return known;
    }
    if ((dirty.size() + 1L) * blockSize > Math.max(DIRTY_BYTES, 2L * blockSize)) {
      flush();
    }
    ByteBuffer fresh = ByteBuffer.allocate(blockSize);
    long start = block * blockSize;
    if (!whole && start < kept) {
      fresh.limit((int) Math.min(blockSize, kept - start));
      int unused = basis.content().read(fresh, start);
      fresh.clear();
    }
    dirty.put(block, fresh);
    return fresh;
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new FsException(FsStatus.EINVAL, "position " + position + " is negative");
    }
  }

  @Override
  public long position() throws IOException {
    return locked(() -> position);
  }

  @Override
  public PlasmaChannel position(long newPosition) throws IOException {
    return locked(() -> {
      if (newPosition < 0) {
        throw new IllegalArgumentException("position " + newPosition + " is negative");
      }
      position = newPosition;
      return this;
    });
  }

  @Override
  public long size() throws IOException {
    return locked(() -> size);
  }

  @Override
  public PlasmaChannel truncate(long newSize) throws IOException {
    return locked(() -> {
      if (newSize < 0) {
        throw new IllegalArgumentException("size " + newSize + " is negative");
      }
      if (newSize < size) {
        cut(newSize);
      }
      position = Math.min(position, newSize);
      return this;
    });
  }

  private void cut(long newSize) {
    kept = Math.min(kept, newSize);
    size = newSize;
    dirty.tailMap(Math.ceilDiv(newSize, blockSize)).clear();
    ByteBuffer last = dirty.get(newSize / blockSize);
    if (last != null) {
      int used = (int) (newSize % blockSize);
      last.put(used, new byte[blockSize - used]);
    }
    if (newSize > kept) {
      // In a hole: a block must say where the file ends.
      ByteBuffer unused = changeable((newSize - 1) / blockSize, false);
    }
  }

  private Transaction transaction() {
    Transaction begun = transaction;
    if (begun == null) {
      begun = client.beginHidden();
      transaction = begun;
      required = false;
    }
    return begun;
  }

  /// Sends the changed blocks, and makes them part of the file within the transaction.
  private void flush() {
    List<Operation> operations = changes();
    if (!operations.isEmpty()) {
      run(operations);
    }
  }

  /// Runs operations that change the file, and takes note of what they have made of it.
  private void run(List<Operation> operations) {
    Object unused = transaction().execute(withRequirement(operations));
    Basis before = basis;
    basis = before.next(transaction());
    before.content().close();
    kept = basis.content().size();
    size = Math.max(kept, size);
  }

  /// The first changes of a transaction tell it what they are based on.
  private List<Operation> withRequirement(List<Operation> operations) {
    if (required) {
      return operations;
    }
    required = true;
    List<Operation> all = new ArrayList<>(operations.size() + 1);
    basis.requirement().ifPresent(all::add);
    all.addAll(operations);
    return all;
  }

  /// What remains to be run so that all changes are part of the file.
  private List<Operation> changes() {
    FileContent content = basis.content();
    if (kept < content.size()) {
      List<Operation> truncation = FileEdits.truncation(transaction(), Location.of(inode), kept);
      if (dirty.isEmpty()) {
        return truncation;
      }
      run(truncation);
      content = basis.content();
    }
    if (dirty.isEmpty()) {
      return List.of();
    }
    boolean wasInline = content.inline().isPresent() || content.size() == 0;
    if (wasInline && size <= inlineLimit) {
      ByteBuffer all = dirty.firstEntry().getValue();
      Operation write =
          new Operation.WriteInline(Location.of(inode), FileEdits.bytes(all.slice(0, (int) size)));
      dirty.clear();
      return List.of(write);
    }
    List<Operation> operations = new ArrayList<>();
    FileWriter writer = null;
    long next = -1;
    try {
      for (Map.Entry<Long, ByteBuffer> entry : dirty.entrySet()) {
        long block = entry.getKey();
        if (writer == null || block != next) {
          if (writer != null) {
            operations.addAll(writer.finish(false));
          }
          writer = new FileWriter(transaction(), inode, block, runBytes(block), options);
        }
        ByteBuffer bytes = entry.getValue().clear();
        bytes.limit((int) Math.min(blockSize, size - block * blockSize));
        writer.write(bytes);
        next = block + 1;
      }
      if (writer != null) {
        operations.addAll(writer.finish(false));
      }
    } catch (RuntimeException e) {
      if (writer != null) {
        writer.abort();
      }
      throw e;
    }
    dirty.clear();
    return operations;
  }

  /// Bytes of the run of changed blocks that begins here.
  private long runBytes(long first) {
    long end = first;
    while (dirty.containsKey(end)) {
      end++;
    }
    return Math.min(end * blockSize, size) - first * blockSize;
  }

  /// Makes what was written so far part of the file: of a transaction, within it; of a client,
  /// durably and visibly. If that fails, what was written since the last time is given up, and the
  /// channel is closed.
  public void force() throws IOException {
    Object unused =
        locked(() -> {
          try {
            publish();
            return this;
          } catch (FsException e) {
            abort();
            throw e;
          }
        });
  }

  private void publish() {
    if (!owned) {
      flush();
    } else if (commit()) {
      Basis before = basis;
      basis = Basis.committed(FileContent.held(client, Location.of(inode)));
      before.content().close();
      kept = basis.content().size();
      size = kept;
    }
  }

  /// Commits what was changed.
  ///
  /// @return whether there was anything
  private boolean commit() {
    List<Operation> operations = changes();
    if (transaction == null && operations.isEmpty()) {
      return false;
    }
    Transaction ending = transaction();
    transaction = null;
    long unused = ending.commit(operations.isEmpty() ? operations : withRequirement(operations));
    return true;
  }

  /// Gives up what was not made part of the file yet.
  public void abort() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        dirty.clear();
        basis.content().close();
        Transaction begun = transaction;
        if (owned && begun != null) {
          begun.abort();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /// As [#force()], and ends the use of the channel.
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      try {
        if (owned) {
          boolean unused = commit();
        } else {
          flush();
        }
        basis.content().close();
        closed = true;
      } catch (FsException e) {
        abort();
        throw new PlasmaIOException(e);
      }
    } finally {
      lock.unlock();
    }
  }
}
