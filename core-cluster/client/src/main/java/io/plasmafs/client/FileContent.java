package io.plasmafs.client;

import io.plasmafs.client.cache.BlockCache;
import io.plasmafs.client.cache.SliceKey;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// The bytes of one file as a transaction sees them: the block list, fetched as it is needed, and
/// the way from blocks to bytes.
///
/// A reader outside of a transaction gets one of its own, so that the blocks it was told of stay
/// readable. If that one ends too early (the connection was lost, it was idle for too long) another
/// one takes its place, provided that the file's content is still of the same version.
///
/// Every slice is verified against its CRC32C, and whole blocks against the checksum in the
/// metadata; what fails is read from another copy, what all copies refuse is asked for again with a
/// new block list. Safe for use by several threads.
final class FileContent implements AutoCloseable {
  /// Blocks described by one call.
  static final int PAGE_BLOCKS = 1 << 16;

  /// How often the block list is asked for again when no copy can be read: with pauses, of three
  /// seconds in all, as long as tickets are refused; else once.
  private static final int MAX_REFETCHES = 6;

  private static final Duration REFETCH_PAUSE = Duration.ofMillis(50);

  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 16).asReadOnlyBuffer();

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /// Extents kept; beyond this all are forgotten and fetched anew.
  private static final int MAX_EXTENTS = 1 << 15;

  private final PlasmaClient client;
  private final ReplicaRead.Origin origin;
  private final int blockSize;
  private final int sliceSize;
  private final boolean owned;
  private final Location where;
  private final Attributes attributes;

  /// What of the file came with the metadata: one block, but for those that a later block list has
  /// brought, since somebody has extended the file. Replaced under the lock only.
  private volatile List<InlineBlock> inline = List.of();

  /// Whether that is all of it but holes.
  private final boolean whole;

  private final BlockCache cache;

  /// Whether the block list is that of the committed version in `attributes`: only then may its
  /// slices be remembered.
  private volatile boolean committed;

  /// Replaced under the lock only.
  private volatile Namespace source;

  // Guarded by this.
  private final TreeMap<Long, GrantedExtent> extents = new TreeMap<>();

  /// Ranges of blocks that `extents` describes: start to end.
  private final TreeMap<Long, Long> described = new TreeMap<>();

  private FileContent(
      PlasmaClient client,
      Namespace source,
      boolean owned,
      Location where,
      Outcome.Content content) {
    this.client = client;
    this.blockSize = client.cluster().blockSize();
    this.sliceSize = client.cluster().sliceSize();
    this.source = source;
    this.owned = owned;
    this.where = where;
    this.attributes = content.attributes();
    this.cache = client.blockCache();
    this.origin =
        new ReplicaRead.Origin(
            client.datanodePool(), cache, attributes.inode(), blockSize, sliceSize);
    this.committed = cache.isOn() && attributes.contentVersion() > 0;
    switch (content.body()) {
      case Outcome.Body.Inline(var bytes) -> {
        this.inline = bytes.length() == 0 ? List.of() : List.of(new InlineBlock(0, bytes));
        this.whole = true;
        described.put(0L, Long.MAX_VALUE / blockSize);
      }
      case Outcome.Body.Blocks blocks -> {
        this.whole = false;
        remember(0, PAGE_BLOCKS, blocks);
      }
    }
  }

  /// The content as `transaction` sees it at this moment.
  ///
  /// @param follow whether a symbolic link at the end is followed
  static FileContent within(Transaction transaction, Location where, boolean follow) {
    return open(transaction.client(), transaction, false, where, follow);
  }

  /// The content at this moment, held by nothing: a read fails with ESTALE if its blocks were since
  /// given to other data.
  static FileContent unheld(PlasmaClient client, Location where) {
    return open(client, client, false, where, true);
  }

  /// The content at this moment, held by a transaction of its own until [#close()].
  static FileContent held(PlasmaClient client, Location where) {
    Transaction holder = client.beginHidden();
    try {
      return open(client, holder, true, where, true);
    } catch (RuntimeException e) {
      holder.abortAsync();
      throw e;
    }
  }

  private static FileContent open(
      PlasmaClient client, Namespace source, boolean owned, Location where, boolean follow) {
    Outcome.Content content = read(source, where, follow, 0);
    return new FileContent(
        client, source, owned, Location.of(content.attributes().inode()), content);
  }

  /// The content that `source` answered, held by it as long as a transaction that it is.
  static FileContent of(PlasmaClient client, Namespace source, Outcome.Content content) {
    return new FileContent(
        client, source, false, Location.of(content.attributes().inode()), content);
  }

  private static Outcome.Content read(
      Namespace source, Location where, boolean follow, long first) {
    return Outcomes.expect(
        Outcome.Content.class,
        source.execute(new Operation.Read(where, follow, first, PAGE_BLOCKS)));
  }

  /// Attributes at the moment of opening.
  Attributes attributes() {
    return attributes;
  }

  /// Bytes in the file.
  long size() {
    return attributes.size();
  }

  /// The whole content, if it came with the metadata.
  Optional<ByteBuffer> inline() {
    return whole
        ? Optional.of(inlineBlock().map(InlineBlock::bytes).orElse(Bytes.EMPTY).buffer())
        : Optional.empty();
  }

  /// The block of the file that came with the metadata when it was opened.
  Optional<InlineBlock> inlineBlock() {
    return inline.stream().findFirst();
  }

  /// Whether a byte came with the metadata.
  boolean isInline(long position) {
    return inlineFrom(position).hasRemaining();
  }

  /// The bytes from `position` on that came with the metadata.
  private ByteBuffer inlineFrom(long position) {
    for (InlineBlock block : inline) {
      long into = position - block.index() * blockSize;
      if (0 <= into && into < block.bytes().length()) {
        ByteBuffer bytes = block.bytes().buffer();
        return bytes.slice((int) into, bytes.limit() - (int) into);
      }
    }
    return NOTHING;
  }

  /// Reads up to `target.remaining()` bytes from `position` on.
  ///
  /// @return bytes read; fewer than asked for only at the end; -1 at or after it
  int read(ByteBuffer target, long position) {
    if (position < 0) {
      throw new FsException(FsStatus.EINVAL, "position " + position + " is negative");
    }
    if (position >= size()) {
      return target.hasRemaining() || size() <= position ? -1 : 0;
    }
    int length = (int) Math.min(target.remaining(), size() - position);
    if (length == 0) {
      return 0;
    }
    // Pieces are asked for all at once, as far as memory allows, and taken in order.
    List<Range> ranges = new ArrayList<>();
    int done = 0;
    int asked = 0;
    try {
      while (done < length) {
        while (asked < length && (ranges.isEmpty() || ranges.size() < 8)) {
          int part = (int) Math.min(length - asked, pieceEnd(position + asked) - position - asked);
          Optional<Range> range = start(position + asked, part, ranges.isEmpty(), true);
          if (range.isEmpty()) {
            break;
          }
          ranges.add(range.get());
          asked += part;
        }
        try (Range range = ranges.remove(0)) {
          range.copyTo(target);
          done += range.length;
        }
      }
    } finally {
      ranges.forEach(Range::close);
    }
    return length;
  }

  /// Where the piece that holds `position` ends: pieces are cut at multiples of their size.
  static long pieceEnd(long position) {
    return (position / PieceBuffers.PIECE + 1) * PieceBuffers.PIECE;
  }

  /// Whether the cache of blocks can hold the file beside others. Remembering the pieces of a
  /// larger one that is read from its start to its end would only push out what is of use.
  boolean fitsCache() {
    return size() <= cache.limitBytes() / 2;
  }

  /// Begins to read a range within the file.
  ///
  /// @param must even if the budget for buffers is used up; else nothing is begun then
  /// @param remember whether the cache of blocks takes part
  Optional<Range> start(long position, int length, boolean must, boolean remember) {
    if (source instanceof Transaction transaction) {
      transaction.keepAlive();
    }
    int budget = whole ? 0 : length;
    if (must) {
      client.buffers().reserve(budget);
    } else if (!client.buffers().tryReserve(budget)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Range(position, length, budget, remember));
    } catch (RuntimeException e) {
      client.buffers().release(budget);
      throw e;
    }
  }

  /// A range whose parts are on their way. For one thread.
  final class Range implements AutoCloseable {
    final long position;
    final int length;
    private final int budget;
    private final List<Part> parts;
    private boolean closed;

    private Range(long position, int length, int budget, boolean remember) {
      this.position = position;
      this.length = length;
      this.budget = budget;
      this.parts = plan(position, length, remember);
    }

    /// Waits for the bytes and puts all of them into `target`.
    void copyTo(ByteBuffer target) {
      for (Part part : parts) {
        part.copyTo(target, MAX_REFETCHES);
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        client.buffers().release(budget);
        parts.forEach(Part::close);
      }
    }
  }

  private List<Part> plan(long position, int length, boolean remember) {
    List<Part> parts = new ArrayList<>(1);
    try {
      plan(position, length, remember, parts);
      return parts;
    } catch (RuntimeException e) {
      parts.forEach(Part::close);
      throw e;
    }
  }

  private void plan(long position, int length, boolean remember, List<Part> parts) {
    long at = position;
    long end = position + length;
    while (at < end) {
      long block = at / blockSize;
      ByteBuffer present = inlineFrom(at);
      Optional<GrantedExtent> extent = present.hasRemaining() ? Optional.empty() : extentAt(block);
      if (extent.isEmpty() && !present.hasRemaining()) {
        present = inlineFrom(at); // the block list may have brought it
      }
      long partEnd;
      if (present.hasRemaining()) {
        partEnd = Math.min(end, at + present.limit());
        parts.add(new Memory(present.limit((int) (partEnd - at))));
      } else if (extent.isPresent()) {
        partEnd = Math.min(end, extent.get().extent().end() * blockSize);
        if (committed && remember) {
          addStored(parts, extent.get(), at, partEnd);
        } else {
          parts.add(new Stored(extent.get(), at, (int) (partEnd - at), false));
        }
      } else {
        partEnd = Math.min(end, holeEnd(block) * blockSize);
        parts.add(new Hole((int) (partEnd - at)));
      }
      at = partEnd;
    }
  }

  /// Takes from the cache what is there, waits for what others load, and asks a datanode for the
  /// rest.
  private void addStored(List<Part> parts, GrantedExtent granted, long from, long end) {
    long claimed = from;
    long at = from;
    try {
      while (at < end) {
        SliceKey key = key(granted.extent(), at);
        long next = Math.min(end, (key.index() + 1) * sliceSize);
        BlockCache.Look look = cache.look(key);
        if (!(look instanceof BlockCache.Look.Claimed)) {
          Part part =
              look instanceof BlockCache.Look.Present(BlockCache.Slice slice)
                  ? new Cached(slice, (int) (at % sliceSize), (int) (next - at))
                  : new Joined(
                      ((BlockCache.Look.Loading) look).done(), granted, at, (int) (next - at));
          if (claimed < at) {
            long start = claimed;
            claimed = at;
            parts.add(new Stored(granted, start, (int) (at - start), true));
          }
          parts.add(part);
          claimed = next;
        }
        at = next;
      }
      if (claimed < end) {
        long start = claimed;
        claimed = end;
        parts.add(new Stored(granted, start, (int) (end - start), true));
      }
    } finally {
      for (long left = claimed; left < at; left = (left / sliceSize + 1) * sliceSize) {
        cache.giveUp(key(granted.extent(), left));
      }
    }
  }

  private SliceKey key(Extent extent, long position) {
    return origin.key(extent, position);
  }

  /// The extent that holds a block, which is fetched if need be; nothing for a hole.
  private synchronized Optional<GrantedExtent> extentAt(long block) {
    Map.Entry<Long, Long> known = described.floorEntry(block);
    if (known == null || known.getValue() <= block) {
      long first = block;
      Outcome.Content content = readAgain(first);
      switch (content.body()) {
        case Outcome.Body.Inline inlineNow ->
            throw new FsException(
                FsStatus.ESTALE, attributes.inode() + " was rewritten while it was read");
        case Outcome.Body.Blocks blocks -> remember(first, first + PAGE_BLOCKS, blocks);
      }
    }
    Map.Entry<Long, GrantedExtent> candidate = extents.floorEntry(block);
    return candidate != null && block < candidate.getValue().extent().end()
        ? Optional.of(candidate.getValue())
        : Optional.empty();
  }

  /// What is left in the file of a run that was written to it.
  List<Extent> partsOf(Extent run) {
    List<Extent> parts = new ArrayList<>();
    for (long block = run.index(); block < run.end(); ) {
      Optional<GrantedExtent> found = extentAt(block);
      if (found.isEmpty()) {
        block = holeEnd(block);
        continue;
      }
      Extent extent = found.get().extent();
      long end = Math.min(run.end(), extent.end());
      if (extent.generation() == run.generation()) {
        parts.add(extent.slice(block, end));
      }
      block = end;
    }
    return parts;
  }

  private synchronized long holeEnd(long block) {
    Map.Entry<Long, Long> known = described.floorEntry(block);
    long end = known == null ? block + 1 : Math.max(block + 1, known.getValue());
    for (InlineBlock kept : inline) {
      if (kept.index() > block) {
        end = Math.min(end, kept.index());
      }
    }
    Long next = extents.higherKey(block);
    return next == null ? end : Math.min(end, next);
  }

  private synchronized void remember(long first, long asked, Outcome.Body.Blocks blocks) {
    if (extents.size() > MAX_EXTENTS) {
      extents.clear();
      described.clear();
    }
    long end = blocks.next() > first && blocks.next() < asked ? blocks.next() : asked;
    for (GrantedExtent extent : blocks.extents()) {
      extents.put(extent.extent().index(), extent);
    }
    described.put(first, end);
    if (blocks.inline().isPresent()) {
      learn(blocks.inline().get());
    }
  }

  /// What is known of a block stays: it belongs to the version that was opened.
  private void learn(InlineBlock block) {
    List<InlineBlock> known = inline;
    boolean isNew = known.stream().noneMatch(k -> k.index() == block.index());
    if (isNew && block.index() * blockSize < size()) {
      List<InlineBlock> all = new ArrayList<>(known);
      all.add(block);
      inline = List.copyOf(all);
    }
  }

  private synchronized void forget() {
    extents.clear();
    described.clear();
  }

  /// Asks for the block list from `first` on; a holder that has ended is replaced, once.
  private Outcome.Content readAgain(long first) {
    boolean sameSnapshot = source instanceof Transaction;
    Outcome.Content content;
    try {
      content = read(source, where, false, first);
    } catch (FsException e) {
      boolean ended =
          switch (e.status()) {
            case ENOTRANS, ELONGTRANS, EUNAVAIL -> true;
            default -> false;
          };
      if (!owned || !ended) {
        throw e;
      }
      close();
      source = client.beginHidden();
      forget();
      sameSnapshot = false;
      content = read(source, where, false, first);
    }
    if (content.attributes().contentVersion() != attributes.contentVersion()) {
      committed = false;
    }
    if (!sameSnapshot && content.attributes().contentVersion() != attributes.contentVersion()) {
      throw new FsException(
          FsStatus.ESTALE,
          attributes.inode()
              + " was changed while it was read, and nothing held its version "
              + attributes.contentVersion()
              + " any more; open it again");
    }
    return content;
  }

  static void zero(ByteBuffer target, int count) {
    for (int left = count; left > 0; ) {
      int step = Math.min(left, ZEROS.capacity());
      target.put(ZEROS.slice(0, step));
      left -= step;
    }
  }

  /// One stretch of a range.
  private sealed interface Part {
    void copyTo(ByteBuffer target, int refetches);

    void close();
  }

  private record Memory(ByteBuffer bytes) implements Part {
    @Override
    public void copyTo(ByteBuffer target, int refetches) {
      target.put(bytes.duplicate());
    }

    @Override
    public void close() {}
  }

  /// What the cache has of a slice.
  private record Cached(BlockCache.Slice slice, int offset, int length) implements Part {
    @Override
    public void copyTo(ByteBuffer target, int refetches) {
      ByteBuffer bytes = slice.bytes();
      int present = Math.max(0, Math.min(length, bytes.limit() - offset));
      if (present > 0) {
        target.put(bytes.slice(offset, present));
      }
      zero(target, length - present);
    }

    @Override
    public void close() {
      slice.close();
    }
  }

  /// A part of a slice that somebody else loads.
  private final class Joined implements Part {
    private final CompletableFuture<Boolean> done;
    private final GrantedExtent granted;
    private final long position;
    private final int length;

    Joined(CompletableFuture<Boolean> done, GrantedExtent granted, long position, int length) {
      this.done = done;
      this.granted = granted;
      this.position = position;
      this.length = length;
    }

    @Override
    public void copyTo(ByteBuffer target, int refetches) {
      boolean unused = Waiting.on(done);
      Part part =
          cache
              .get(key(granted.extent(), position))
              .<Part>map(slice -> new Cached(slice, (int) (position % sliceSize), length))
              .orElseGet(() -> new Stored(granted, position, length, false));
      try {
        part.copyTo(target, refetches);
      } finally {
        part.close();
      }
    }

    @Override
    public void close() {}
  }

  private record Hole(int length) implements Part {
    @Override
    public void copyTo(ByteBuffer target, int refetches) {
      zero(target, length);
    }

    @Override
    public void close() {}
  }

  /// A stretch of one extent that comes from a datanode.
  private final class Stored implements Part {
    private final ReplicaRead read;

    /// @param claimed whether its slices were claimed, and are to be brought into the cache
    Stored(GrantedExtent granted, long position, int length, boolean claimed) {
      this.read = new ReplicaRead(origin, granted, position, length, claimed);
    }

    @Override
    public void copyTo(ByteBuffer target, int refetches) {
      if (read.copyTo(target)) {
        if (read.isRefused()) {
          // the next reads ask for tickets first, and know which datanodes have none to give
          forget();
        }
        return;
      }
      if (refetches == 0) {
        throw read.failure();
      }
      // Perhaps the tickets are too old, or the blocks have been copied elsewhere since; and a
      // datanode that has just started may not know the keys of tickets yet.
      if (refetches < MAX_REFETCHES) {
        Autocommit.sleep(REFETCH_PAUSE.multipliedBy(1L << (MAX_REFETCHES - refetches)));
      }
      forget();
      List<Part> again = plan(read.position(), read.length(), false);
      try {
        for (Part part : again) {
          part.copyTo(target, read.isOutdated() ? refetches - 1 : 0);
        }
      } catch (FsException e) {
        throw read.tried().isEmpty() || e.status() != FsStatus.EIO
            ? e
            : new FsException(FsStatus.EIO, e.getMessage() + "; before: " + read.tried());
      } finally {
        again.forEach(Part::close);
      }
    }

    @Override
    public void close() {
      read.close();
    }
  }

  /// Lets go of the file.
  @Override
  public void close() {
    if (owned) {
      Namespace holder;
      synchronized (this) {
        holder = source;
      }
      if (holder instanceof Transaction transaction) {
        transaction.abortAsync();
      }
    }
  }
}
