package io.plasmafs.datanode.store;

import io.plasmafs.datanode.store.BlockRecord.State;
import io.plasmafs.datanode.store.VolumeHeader.Part;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.Crc32cCombiner;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.ObjLongConsumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One directory of a store: the files `volume`, `data`, `records` and `lock`.
///
/// **Why a crash is harmless.** A write puts the data in place, then the record, and counts itself;
/// a sync makes data and records stable, side by side. So once a sync has been answered both are on
/// the disk for every write that was counted before it. Everything else may be on the disk or not,
/// in any mixture, torn at any sector, and is noticed:
///
/// - a torn record does not have its own checksum: the block counts as damaged until it is written
///   again;
/// - a new record with old or torn data: the data do not have the checksums of the record, which
///   the reader and the scrubber verify;
/// - an old record with new data: only the old generation can be read, which nobody refers to any
///   more when a block is given out again, and then the same holds.
///
/// Data that were synced are touched again only by a write to the same block: under a later
/// generation, or by a client that repeats its own write. Records up to 512 bytes never straddle a
/// sector, so a torn record is its own block's.
///
/// Writes of one block exclude each other by a striped lock; reads take none. A read that overlaps
/// with a write may get mixed bytes, which then do not have their checksum.
///
/// When the disk refuses a write or a sync the volume takes no more of either, also after a
/// restart, until an operator removes the file `failed` from its directory: see [VolumeSync].
final class Volume implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Volume.class);
  private static final int SCAN_BYTES = 1 << 20;

  private final Path directory;
  private final VolumeHeader header;
  private final Geometry geometry;
  private final FileChannel lock;
  private final DiskFile data;
  private final DiskFile records;
  private final RecordFormat format;
  private final RecordIndex index;
  private final Crc32cCombiner combiner;
  private final Stripes stripes = new Stripes();
  private final VolumeSync sync;
  private long damagedAtOpen;

  private Volume(
      Path directory,
      VolumeHeader header,
      FileChannel lock,
      DiskFile data,
      DiskFile records,
      Executor syncs) {
    this.directory = directory;
    this.header = header;
    this.geometry = header.geometry();
    this.lock = lock;
    this.data = data;
    this.records = records;
    this.format = new RecordFormat(geometry);
    this.index = new RecordIndex(header.blocks());
    this.combiner = new Crc32cCombiner(geometry.sliceSize());
    this.sync = new VolumeSync(directory, data, records, syncs);
  }

  /// Opens and checks a volume, and reads its records.
  ///
  /// @param syncs runs syncs; must have [VolumeSync#THREADS] free for this volume
  /// @throws StoreException if it is not complete, not consistent, in use, or has failed
  static Volume open(Path directory, Disk disk, Executor syncs) throws StoreException {
    Path file = directory.resolve(Part.VOLUME.fileName());
    if (!Files.exists(file)) {
      throw new StoreException(
          directory + " holds no volume: there is no file " + file.getFileName() + " in it");
    }
    VolumeSync.requireNotFailed(directory);
    FileChannel lock = lock(directory);
    DiskFile data = null;
    DiskFile records = null;
    try {
      VolumeHeader header;
      try (DiskFile in = disk.open(file)) {
        header = readHeader(in, Part.VOLUME, file);
      }
      Geometry geometry = header.geometry();
      data = openPart(directory, disk, header, Part.DATA, geometry.dataBytes(header.blocks()));
      records =
          openPart(directory, disk, header, Part.RECORDS, geometry.recordsBytes(header.blocks()));
      Volume volume = new Volume(directory, header, lock, data, records, syncs);
      volume.readRecords();
      return volume;
    } catch (IOException e) {
      closeQuietly(data);
      closeQuietly(records);
      closeQuietly(lock);
      throw e instanceof StoreException refusal
          ? refusal
          : new StoreException("cannot read the volume in " + directory + ": " + e, e);
    }
  }

  private static FileChannel lock(Path directory) throws StoreException {
    Path file = directory.resolve("lock");
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = channel.tryLock();
      if (held != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // held by this process: as bad as by another
    } catch (IOException e) {
      closeQuietly(channel);
      throw new StoreException("cannot lock " + file + ": " + e, e);
    }
    closeQuietly(channel);
    throw new StoreException(directory + " is in use by another datanode: " + file + " is locked");
  }

  private static DiskFile openPart(
      Path directory, Disk disk, VolumeHeader expected, Part part, long bytes) throws IOException {
    Path path = directory.resolve(part.fileName());
    if (!Files.exists(path)) {
      throw new StoreException(path + " is missing");
    }
    DiskFile file = disk.open(path);
    try {
      if (file.size() != bytes) {
        throw new StoreException(
            path + " has been cut or grown: it has " + file.size() + " bytes, expected " + bytes);
      }
      VolumeHeader found = readHeader(file, part, path);
      if (!found.equals(expected)) {
        throw new StoreException(
            String.format(
                "%s has been swapped: it is of volume %d of store %s of cluster \"%s\", its"
                    + " directory is of volume %d of store %s of cluster \"%s\"",
                path,
                found.volume(),
                found.identity(),
                found.cluster(),
                expected.volume(),
                expected.identity(),
                expected.cluster()));
      }
      return file;
    } catch (IOException e) {
      closeQuietly(file);
      throw e;
    }
  }

  private static VolumeHeader readHeader(DiskFile file, Part part, Path path) throws IOException {
    if (file.size() < VolumeHeader.BYTES) {
      throw new StoreException(
          path
              + " has been cut: it has "
              + file.size()
              + " bytes, its header alone "
              + VolumeHeader.BYTES);
    }
    ByteBuffer in = ByteBuffer.allocate(VolumeHeader.BYTES);
    file.read(in, 0);
    return VolumeHeader.decode(in.flip(), part, path);
  }

  private void readRecords() throws IOException {
    scan(
        0,
        header.blocks(),
        (record, position) -> {
          index.put(position, record);
          if (record.state() == State.DAMAGED) {
            damagedAtOpen++;
          }
        });
    if (damagedAtOpen > 0) {
      LOG.warn(
          "{}: {} blocks are damaged or have torn records; they count as lost",
          directory,
          damagedAtOpen);
    }
  }

  /// Reads records in order.
  private void scan(long first, long count, ObjLongConsumer<BlockRecord> to) throws IOException {
    int recordBytes = geometry.recordBytes();
    int chunk = (int) Math.min(count, Math.max(1, SCAN_BYTES / recordBytes));
    ByteBuffer buffer = ByteBuffer.allocate(chunk * recordBytes);
    for (long done = 0; done < count; done += chunk) {
      int now = (int) Math.min(chunk, count - done);
      buffer.clear().limit(now * recordBytes);
      records.read(buffer, recordPosition(first + done));
      for (int i = 0; i < now; i++) {
        long position = first + done + i;
        to.accept(format.decode(header.firstBlock() + position, buffer, i * recordBytes), position);
      }
    }
  }

  VolumeHeader header() {
    return header;
  }

  Path directory() {
    return directory;
  }

  DataFile dataFile() {
    return new DataFile(
        directory.resolve(Part.DATA.fileName()).toAbsolutePath(), header.encode(Part.DATA));
  }

  /// What the disk said when it refused; empty while it works.
  Optional<String> failure() {
    return sync.failure();
  }

  /// Blocks whose record was torn or marked as damaged when the volume was opened.
  long damagedAtOpen() {
    return damagedAtOpen;
  }

  /// Bytes free on the disk beside the store.
  long freeDiskBytes() {
    try {
      return Files.getFileStore(directory).getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }

  /// Stores a piece whose checksums have been verified. See [BlockStore#write].
  ///
  /// **Whose write is the last.** A piece may wait for long, behind a disk that is stalled, for its
  /// turn. Meanwhile its ticket may have died and its blocks may have been given to others. So it
  /// is judged once more under the lock of its blocks. Of two writes of one block then the one that
  /// has the lock later wins, also over a copy, which replaces later generations; and this is
  /// always the one to whom the block was given later:
  ///
  /// 1. a block is given away again only when the tickets for it are dead here: they have expired,
  ///    or KEYS that withdraws them has been answered;
  /// 2. so when the new owner's write has the lock, no ticket of an earlier owner passes any more;
  ///    what passed before had the lock before, and is done.
  ///
  /// KEYS is answered without waiting for writes that have passed: the new owner waits for them, at
  /// the lock.
  ///
  /// @param admission throws if the ticket is not good any more
  /// @param first block of the store where it begins, on this volume
  /// @param copy whether a later generation may be replaced
  /// @param bytes how many of the source, all of them for blocks of this volume
  void write(
      Runnable admission,
      long first,
      int offset,
      long generation,
      boolean copy,
      long inode,
      int[] checksums,
      int firstChecksum,
      PieceSource source,
      int bytes) {
    long start = first - header.firstBlock();
    int blocks = Math.ceilDiv(offset + bytes, geometry.blockSize());
    BitSet locked = stripes.lock(start, blocks);
    try {
      sync.requireWorking();
      admission.run();
      RecordIndex.Entry before = index.get(start);
      for (int i = 0; i < blocks; i++) {
        RecordIndex.Entry entry = i == 0 ? before : index.get(start + i);
        requireWritable(first + i, entry, generation, copy, i == 0 ? offset : 0);
      }
      int recordBytes = geometry.recordBytes();
      ByteBuffer encoded = ByteBuffer.allocate(blocks * recordBytes);
      BlockRecord[] updated = new BlockRecord[blocks];
      int at = offset;
      int left = bytes;
      int checksum = firstChecksum;
      for (int i = 0; i < blocks; i++) {
        int part = Math.min(left, geometry.blockSize() - at);
        int slices = geometry.slices(part);
        updated[i] = update(start + i, generation, inode, at, part, checksums, checksum, slices);
        format.encode(updated[i], encoded, i * recordBytes);
        RecordIndex.Entry entry = index.get(start + i);
        if (entry.generation() != generation || entry.state() != State.WRITTEN) {
          // from here on nobody may read what was there before
          index.put(start + i, State.WRITTEN, generation, 0, 0);
        }
        checksum += slices;
        left -= part;
        at = 0;
      }
      source.writeTo(data, dataPosition(start) + offset, bytes);
      records.write(encoded, recordPosition(start));
      for (int i = 0; i < blocks; i++) {
        index.put(start + i, updated[i]);
      }
      sync.wrote(bytes);
    } catch (IOException e) {
      throw sync.fail("write to", e);
    } finally {
      stripes.unlock(locked);
    }
  }

  private void requireWritable(
      long block, RecordIndex.Entry entry, long generation, boolean copy, int offset) {
    if (entry.generation() > generation && !copy) {
      throw new FsException(
          FsStatus.ESTALEBLOCK,
          "block "
              + block
              + " holds generation "
              + entry.generation()
              + ", a write under the earlier generation "
              + generation
              + " comes too late");
    }
    boolean continued = entry.generation() == generation && entry.state() == State.WRITTEN;
    int length = continued ? entry.length() : 0;
    if (offset > length) {
      throw new FsException(
          FsStatus.EINVAL,
          "block "
              + block
              + " has "
              + length
              + " bytes of generation "
              + generation
              + ", a piece at "
              + offset
              + " leaves a gap: pieces come in order");
    }
  }

  /// The record of a block after a part of it has been written.
  private BlockRecord update(
      long position,
      long generation,
      long inode,
      int offset,
      int bytes,
      int[] checksums,
      int firstChecksum,
      int slices)
      throws IOException {
    long block = header.firstBlock() + position;
    RecordIndex.Entry entry = index.get(position);
    boolean continued = entry.generation() == generation && entry.state() == State.WRITTEN;
    int end = offset + bytes;
    int[] all;
    int length;
    if (!continued || (offset == 0 && end >= entry.length())) {
      all = Arrays.copyOfRange(checksums, firstChecksum, firstChecksum + slices);
      length = end;
    } else {
      // a short slice is the last of its block; whole ones leave what is behind them
      length = end % geometry.sliceSize() == 0 ? Math.max(end, entry.length()) : end;
      BlockRecord old = readRecord(position);
      if (old.generation() != generation || old.length() != entry.length()) {
        throw new FsException(
            FsStatus.ECHECKSUM, "the record of block " + block + " is damaged: begin at its front");
      }
      all = Arrays.copyOf(old.slices().toArray(), geometry.slices(length));
      System.arraycopy(checksums, firstChecksum, all, offset / geometry.sliceSize(), slices);
    }
    int checksum = all.length == 1 ? all[0] : combiner.combine(all, length);
    return new BlockRecord(
        block, State.WRITTEN, generation, inode, length, checksum, Checksums.of(all));
  }

  /// Adds to `out` the range of one block that a read asks for.
  ///
  /// @param offset into the block, a multiple of the slice size
  /// @param length most bytes wanted
  /// @return bytes of it that are there: whole slices
  int read(long block, int offset, int length, long generation, IntSink out) {
    long position = block - header.firstBlock();
    RecordIndex.Entry entry = index.get(position);
    if (entry.state() == State.DAMAGED
        && (entry.generation() == generation || entry.generation() == 0)) {
      throw new FsException(FsStatus.ECHECKSUM, "block " + block + " is damaged");
    }
    if (entry.generation() != generation || entry.state() == State.EMPTY) {
      throw new FsException(
          FsStatus.ESTALEBLOCK,
          "block "
              + block
              + " holds generation "
              + entry.generation()
              + ", asked for was generation "
              + generation);
    }
    if (geometry.slicesPerBlock() == 1) {
      if (offset == 0 && entry.length() > 0) {
        out.accept(entry.checksum());
        return entry.length();
      }
      return 0;
    }
    int whole = geometry.slices(length) * geometry.sliceSize();
    int bytes = Math.min(whole, entry.length() - offset);
    if (bytes <= 0) {
      return 0;
    }
    BlockRecord record = recordOf(position, entry);
    int from = offset / geometry.sliceSize();
    for (int i = 0; i < geometry.slices(bytes); i++) {
      out.accept(record.slices().at(from + i));
    }
    return bytes;
  }

  /// Takes numbers.
  @FunctionalInterface
  interface IntSink {
    void accept(int value);
  }

  /// The record behind an entry that was just seen.
  private BlockRecord recordOf(long position, RecordIndex.Entry entry) {
    long block = header.firstBlock() + position;
    try {
      BlockRecord record = readRecord(position);
      if (!matches(record, entry)) {
        // A write may have been at it. It holds the lock until record and index agree.
        BitSet locked = stripes.lock(position, 1);
        try {
          record = readRecord(position);
          RecordIndex.Entry now = index.get(position);
          if (!matches(record, now)) {
            index.put(position, State.DAMAGED, now.generation(), now.length(), now.checksum());
            throw new FsException(
                FsStatus.ECHECKSUM, "the record of block " + block + " is damaged");
          }
          if (now.generation() != entry.generation() || now.length() < entry.length()) {
            throw new FsException(
                FsStatus.ESTALEBLOCK, "block " + block + " was written while it was read");
          }
        } finally {
          stripes.unlock(locked);
        }
      }
      return record;
    } catch (IOException e) {
      throw new FsException(FsStatus.EIO, "cannot read the record of block " + block + ": " + e, e);
    }
  }

  private static boolean matches(BlockRecord record, RecordIndex.Entry entry) {
    return record.state() == entry.state()
        && record.generation() == entry.generation()
        && record.length() == entry.length()
        && record.checksum() == entry.checksum();
  }

  /// Where a block's data lie.
  StoredRange.Part part(long block, int offset, int bytes) {
    return new StoredRange.Part(
        header.volume(), data, dataPosition(block - header.firstBlock()) + offset, bytes);
  }

  /// Gives the records of some blocks, in order.
  void inventory(long first, long count, ObjLongConsumer<BlockRecord> to) throws IOException {
    scan(first - header.firstBlock(), count, to);
  }

  /// What a block was found to be.
  enum Verdict {
    /// Nothing is written there.
    EMPTY,
    /// All slices have their checksums.
    SOUND,
    /// Known as damaged before.
    KNOWN,
    /// Found damaged, and marked so.
    DAMAGED
  }

  /// Reads a block and compares it with its checksums; marks it if it is damaged.
  ///
  /// @param scratch at least a slice long
  Verdict verify(long block, ByteBuffer scratch) {
    long position = block - header.firstBlock();
    RecordIndex.Entry entry = index.get(position);
    switch (entry.state()) {
      case EMPTY -> {
        return Verdict.EMPTY;
      }
      case DAMAGED -> {
        return Verdict.KNOWN;
      }
      case WRITTEN -> {
        if (entry.length() == 0) {
          return Verdict.EMPTY; // its first write is under way
        }
      }
    }
    if (isSound(position, scratch)) {
      return Verdict.SOUND;
    }
    // Look again while no write can be at it.
    BitSet locked = stripes.lock(position, 1);
    try {
      RecordIndex.Entry now = index.get(position);
      if (now.state() != State.WRITTEN || now.length() == 0 || isSound(position, scratch)) {
        return Verdict.SOUND;
      }
      LOG.warn(
          "{}: block {} of generation {} does not have its checksum: marked as damaged",
          directory,
          block,
          now.generation());
      index.put(position, State.DAMAGED, now.generation(), now.length(), now.checksum());
      try {
        BlockRecord record = readRecord(position);
        if (record.state() == State.WRITTEN && record.generation() == now.generation()) {
          ByteBuffer encoded = ByteBuffer.allocate(geometry.recordBytes());
          format.encode(record.damaged(), encoded, 0);
          records.write(encoded, recordPosition(position));
          sync.wrote(0);
        }
      } catch (IOException e) {
        throw sync.fail("mark a damaged block of", e);
      }
      return Verdict.DAMAGED;
    } finally {
      stripes.unlock(locked);
    }
  }

  private boolean isSound(long position, ByteBuffer scratch) {
    try {
      BlockRecord record = readRecord(position);
      if (!matches(record, index.get(position))) {
        return false;
      }
      int left = record.length();
      for (int i = 0; left > 0; i++) {
        int bytes = Math.min(left, geometry.sliceSize());
        scratch.clear().limit(bytes);
        data.read(scratch, dataPosition(position) + (long) i * geometry.sliceSize());
        CRC32C crc = new CRC32C();
        crc.update(scratch.flip());
        if ((int) crc.getValue() != record.slices().at(i)) {
          return false;
        }
        left -= bytes;
      }
      return true;
    } catch (IOException e) {
      LOG.warn("{}: cannot read block {}", directory, header.firstBlock() + position, e);
      return false;
    }
  }

  private BlockRecord readRecord(long position) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(geometry.recordBytes());
    records.read(in, recordPosition(position));
    return format.decode(header.firstBlock() + position, in, 0);
  }

  /// Completes when all that was written before is on stable storage; with an [FsException] if the
  /// disk refuses.
  CompletableFuture<Void> sync() {
    return sync.request();
  }

  private long dataPosition(long position) {
    return VolumeHeader.BYTES + position * geometry.blockSize();
  }

  private long recordPosition(long position) {
    return VolumeHeader.BYTES + position * geometry.recordBytes();
  }

  /// Makes everything stable if it can, and gives up the lock. Nobody may be using it any more.
  @Override
  public void close() {
    sync.finish();
    closeQuietly(data);
    closeQuietly(records);
    closeQuietly(lock);
  }

  private static void closeQuietly(@Nullable AutoCloseable resource) {
    if (resource != null) {
      try {
        resource.close();
      } catch (Exception e) {
        LOG.warn("cannot close a file of a volume", e);
      }
    }
  }
}
