package io.plasmafs.datanode.store;

import io.plasmafs.datanode.store.StoredRange.Part;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The blocks of one datanode: linear numbers from 0 on, over all its volumes. Safe for use by
/// several threads. All methods but [#range], with one slice a block, may do disk I/O.
public final class BlockStore implements AutoCloseable {
  private final List<Volume> volumes;
  private final Geometry geometry;
  private final ExecutorService syncs;
  private final LongAdder checksumErrors = new LongAdder();
  private final LongAdder scrubbed = new LongAdder();

  private BlockStore(List<Volume> volumes, ExecutorService syncs) {
    this.volumes = volumes;
    this.geometry = volumes.get(0).header().geometry();
    this.syncs = syncs;
  }

  /// Opens the store in these directories, one a volume, in any order.
  ///
  /// @param identity that the store must have, if that is known
  /// @throws StoreException if the store is of another cluster or identity, incomplete, damaged or
  ///   in use; the message says which
  public static BlockStore open(
      List<Path> directories, String cluster, Optional<String> identity, Disk disk)
      throws StoreException {
    if (directories.isEmpty()) {
      throw new StoreException("no directory is given for the block store");
    }
    ExecutorService syncs =
        Executors.newFixedThreadPool(
            directories.size() * VolumeSync.THREADS,
            Thread.ofPlatform().name("sync-", 0).daemon().factory());
    List<Volume> volumes = new ArrayList<>();
    try {
      for (Path directory : directories) {
        Volume volume = Volume.open(directory, disk, syncs);
        volumes.add(volume);
        check(volume, cluster, identity);
      }
      volumes.sort(Comparator.comparingInt(v -> v.header().volume()));
      checkTogether(volumes);
      return new BlockStore(List.copyOf(volumes), syncs);
    } catch (StoreException | RuntimeException e) {
      volumes.forEach(Volume::close);
      syncs.shutdown();
      throw e;
    }
  }

  private static void check(Volume volume, String cluster, Optional<String> identity)
      throws StoreException {
    VolumeHeader header = volume.header();
    if (!header.cluster().equals(cluster)) {
      throw new StoreException(
          volume.directory()
              + " belongs to cluster \""
              + header.cluster()
              + "\", this datanode is of cluster \""
              + cluster
              + "\"");
    }
    if (identity.isPresent() && !header.identity().equals(identity.get())) {
      throw new StoreException(
          volume.directory()
              + " belongs to the datanode with identity "
              + header.identity()
              + ", this one has "
              + identity.get());
    }
  }

  private static void checkTogether(List<Volume> volumes) throws StoreException {
    VolumeHeader first = volumes.get(0).header();
    if (volumes.size() != first.volumes()) {
      throw new StoreException(
          "the store "
              + first.identity()
              + " has "
              + first.volumes()
              + " volumes, "
              + volumes.size()
              + " directories are given");
    }
    long blocks = 0;
    for (int i = 0; i < volumes.size(); i++) {
      VolumeHeader header = volumes.get(i).header();
      Path directory = volumes.get(i).directory();
      if (!header.identity().equals(first.identity())) {
        throw new StoreException(
            directory
                + " belongs to the store "
                + header.identity()
                + ", "
                + volumes.get(0).directory()
                + " to "
                + first.identity());
      }
      if (header.volume() != i
          || header.volumes() != first.volumes()
          || header.firstBlock() != blocks
          || !header.geometry().equals(first.geometry())) {
        throw new StoreException(directory + " does not fit the other volumes of its store");
      }
      blocks += header.blocks();
    }
  }

  /// Name of the cluster it is for.
  public String cluster() {
    return volumes.get(0).header().cluster();
  }

  /// Its identity: 32 hexadecimal digits.
  public String identity() {
    return volumes.get(0).header().identity();
  }

  /// The files that hold the blocks, by the number of their volume.
  public List<DataFile> dataFiles() {
    return volumes.stream().map(Volume::dataFile).toList();
  }

  /// Sizes of blocks and slices.
  public Geometry geometry() {
    return geometry;
  }

  /// Capacity in blocks.
  public long blocks() {
    return volumes.stream().mapToLong(v -> v.header().blocks()).sum();
  }

  /// What a disk said when it refused; empty while all work.
  public Optional<String> failure() {
    return volumes.stream().flatMap(v -> v.failure().stream()).findFirst();
  }

  /// Free disk space beside the store, the least of all volumes.
  public long freeDiskBytes() {
    return volumes.stream().mapToLong(Volume::freeDiskBytes).min().orElse(0);
  }

  /// Blocks found damaged since the store was opened, and those that were then.
  public long checksumErrors() {
    return checksumErrors.sum() + volumes.stream().mapToLong(Volume::damagedAtOpen).sum();
  }

  /// Blocks that [#verify] has read since the store was opened.
  public long scrubbedBlocks() {
    return scrubbed.sum();
  }

  /// Compares a piece with its checksums, one for each slice.
  ///
  /// @throws FsException ECHECKSUM if one differs, EINVAL if their number does not fit
  public void verifyPiece(int[] checksums, ByteBuffer[] data) {
    PieceSource source = new PieceSource(data);
    long left = source.remaining();
    if (left > Integer.MAX_VALUE || geometry.slices((int) left) != checksums.length) {
      throw new FsException(
          FsStatus.EINVAL,
          left
              + " bytes have "
              + checksums.length
              + " checksums, one is needed for every "
              + geometry.sliceSize()
              + " bytes");
    }
    for (int i = 0; i < checksums.length; i++) {
      int bytes = (int) Math.min(left, geometry.sliceSize());
      int found = source.checksum(bytes);
      if (found != checksums[i]) {
        throw new FsException(
            FsStatus.ECHECKSUM,
            String.format(
                "slice %d of the piece has checksum %08x, expected %08x", i, found, checksums[i]));
      }
      left -= bytes;
    }
  }

  /// Stores a piece, which has been verified. It can be read at once, and is stable after [#sync].
  ///
  /// Pieces of one block come in order: the offset is at most the length already written under this
  /// generation. Writing the same again is fine. The first piece under a later generation discards
  /// what the block held.
  ///
  /// @param block where it begins; it may run over the blocks behind
  /// @param offset into that block: a multiple of the slice size
  /// @param generation at least that of every block it touches
  /// @param inode for whom
  /// @param checksums CRC32C of each slice
  /// @param data the bytes; positions are not changed. Direct buffers are written without a copy
  /// @throws FsException ESTALEBLOCK under an earlier generation; EINVAL out of order or outside of
  ///   the store; EIO if the disk refuses, now or before
  public void write(
      long block, int offset, long generation, long inode, int[] checksums, ByteBuffer[] data) {
    write(() -> {}, block, offset, generation, false, inode, checksums, data);
  }

  /// As the other [#write], and if `copy` is set, what the block held may be of a later generation:
  /// blocks that became free may receive the copy of an old run.
  ///
  /// @param admission throws if the blocks must not be written any more. Asked for each volume that
  ///   the piece touches, while no other write can be at these blocks and before anything is
  ///   changed there: see [Volume#write]
  public void write(
      Runnable admission,
      long block,
      int offset,
      long generation,
      boolean copy,
      long inode,
      int[] checksums,
      ByteBuffer[] data) {
    PieceSource source = new PieceSource(data);
    int bytes = Math.toIntExact(source.remaining());
    requireInside(block, offset, bytes);
    if (bytes == 0 || generation < 1 || geometry.slices(bytes) != checksums.length) {
      throw new FsException(
          FsStatus.EINVAL,
          bytes
              + " bytes of generation "
              + generation
              + " with "
              + checksums.length
              + " checksums cannot be stored");
    }
    long at = block;
    int into = offset;
    int left = bytes;
    int checksum = 0;
    while (left > 0) {
      Volume volume = volumeOf(at);
      long room = (end(volume) - at) * geometry.blockSize() - into;
      int part = (int) Math.min(left, room);
      volume.write(admission, at, into, generation, copy, inode, checksums, checksum, source, part);
      checksum += geometry.slices(part);
      left -= part;
      at = end(volume);
      into = 0;
    }
  }

  /// Where bytes lie that were written under a generation, with their checksums. Whole slices; ends
  /// early behind a block that is not full. Does no disk I/O if a block has one slice.
  ///
  /// @param offset into the block: a multiple of the slice size
  /// @param length most bytes, up to the next whole slice
  /// @throws FsException ESTALEBLOCK if a block holds another generation, ECHECKSUM if it is known
  ///   as damaged, EINVAL outside of the store
  public StoredRange range(long block, int offset, int length, long generation) {
    requireInside(block, offset, length);
    List<Part> parts = new ArrayList<>(1);
    int[] checksums = new int[geometry.slices(length)];
    int[] count = new int[1];
    int total = 0;
    int into = offset;
    long at = block;
    while (total < length) {
      Volume volume = volumeOf(at);
      int wanted = Math.min(length - total, geometry.blockSize() - into);
      int bytes = volume.read(at, into, wanted, generation, c -> checksums[count[0]++] = c);
      if (bytes > 0) {
        Part last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
        Part part = volume.part(at, into, bytes);
        if (last != null && last.volume() == part.volume()) {
          parts.set(
              parts.size() - 1,
              new Part(last.volume(), last.file(), last.position(), last.bytes() + bytes));
        } else {
          parts.add(part);
        }
        total += bytes;
      }
      if (into + bytes < geometry.blockSize()) {
        break;
      }
      into = 0;
      at++;
    }
    return new StoredRange(
        parts,
        total,
        Checksums.of(
            count[0] == checksums.length ? checksums : Arrays.copyOf(checksums, count[0])));
  }

  /// Reads the parts of a range one behind the other.
  ///
  /// @param target has room for all of it
  public void read(StoredRange range, ByteBuffer target) {
    try {
      for (Part part : range.parts()) {
        int limit = target.limit();
        target.limit(target.position() + part.bytes());
        part.file().read(target, part.position());
        target.limit(limit);
      }
    } catch (IOException e) {
      throw new FsException(FsStatus.EIO, "cannot read the block store: " + e.getMessage(), e);
    }
  }

  /// Whether a range is in memory, so that it can be sent without waiting for the disk.
  public boolean isCached(StoredRange range) {
    for (Part part : range.parts()) {
      if (!part.file().isCached(part.position(), part.bytes())) {
        return false;
      }
    }
    return true;
  }

  /// Reads a range so that it is in memory, and forgets it.
  ///
  /// @param scratch of any length above zero
  public void warm(StoredRange range, ByteBuffer scratch) {
    try {
      for (Part part : range.parts()) {
        for (int done = 0; done < part.bytes(); done += scratch.capacity()) {
          scratch.clear().limit(Math.min(scratch.capacity(), part.bytes() - done));
          part.file().read(scratch, part.position() + done);
        }
      }
    } catch (IOException e) {
      throw new FsException(FsStatus.EIO, "cannot read the block store: " + e.getMessage(), e);
    }
  }

  /// Completes when all that was written before to these blocks is on stable storage; with an
  /// [FsException] EIO if the disk refuses, now or before.
  public CompletableFuture<Void> sync(long block, int count) {
    requireInside(block, 0, 1);
    Volume first = volumeOf(block);
    long last = Math.min(block + count, blocks()) - 1;
    CompletableFuture<Void> synced = first.sync();
    for (long at = end(first); at <= last; at = end(volumeOf(at))) {
      synced = CompletableFuture.allOf(synced, volumeOf(at).sync());
    }
    return synced;
  }

  /// Gives the records of `count` blocks from `first` on, in order; fewer where the store ends.
  ///
  /// @throws FsException EIO if they cannot be read, EINVAL outside of the store
  public void inventory(long first, int count, Consumer<BlockRecord> to) {
    if (first < 0 || count < 0) {
      throw new FsException(
          FsStatus.EINVAL, "there are no " + count + " blocks from " + first + " on");
    }
    long end = Math.min(first + count, blocks());
    long at = first;
    while (at < end) {
      Volume volume = volumeOf(at);
      long part = Math.min(end, end(volume)) - at;
      try {
        volume.inventory(at, part, (record, position) -> to.accept(record));
      } catch (IOException e) {
        throw new FsException(FsStatus.EIO, "cannot read the records: " + e.getMessage(), e);
      }
      at += part;
    }
  }

  /// Reads a block and compares it with its checksums; marks it as damaged if one differs.
  ///
  /// @param scratch at least as long as a slice
  /// @return bytes that were read: 0 if nothing is written there, or it is known as damaged
  int verify(long block, ByteBuffer scratch) {
    return switch (volumeOf(block).verify(block, scratch)) {
      case EMPTY, KNOWN -> 0;
      case SOUND -> {
        scrubbed.increment();
        yield geometry.blockSize();
      }
      case DAMAGED -> {
        scrubbed.increment();
        checksumErrors.increment();
        yield geometry.blockSize();
      }
    };
  }

  /// Compares blocks with their checksums, and marks those that are damaged.
  public void verifyBlocks(long first, int count) {
    ByteBuffer scratch = ByteBuffer.allocateDirect(geometry.sliceSize());
    for (long block = first; block < Math.min(blocks(), first + count); block++) {
      verify(block, scratch);
    }
  }

  /// Refuses what is not within the store.
  private void requireInside(long block, int offset, int bytes) {
    long blocks = blocks();
    boolean inside =
        block >= 0
            && block < blocks
            && offset >= 0
            && offset < geometry.blockSize()
            && offset % geometry.sliceSize() == 0
            && bytes >= 0
            && Math.ceilDiv((long) offset + bytes, (long) geometry.blockSize()) <= blocks - block;
    if (!inside) {
      throw new FsException(
          FsStatus.EINVAL,
          bytes
              + " bytes at "
              + offset
              + " of block "
              + block
              + " are not within the store of "
              + blocks
              + " blocks, or do not begin at a slice of "
              + geometry.sliceSize()
              + " bytes");
    }
  }

  private Volume volumeOf(long block) {
    for (Volume volume : volumes) {
      if (block < end(volume)) {
        return volume;
      }
    }
    throw new IllegalArgumentException("there is no block " + block);
  }

  private static long end(Volume volume) {
    return volume.header().firstBlock() + volume.header().blocks();
  }

  /// Makes everything stable and gives up the locks. Nobody may be using the store any more.
  @Override
  public void close() {
    syncs.close();
    volumes.forEach(Volume::close);
  }
}
