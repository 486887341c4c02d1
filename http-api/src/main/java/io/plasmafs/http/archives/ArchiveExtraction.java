package io.plasmafs.http.archives;

import io.plasmafs.client.NewFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;

/// Unpacks an archive below a directory, in a transaction. Files replace files; directories are
/// made where they are missing. Symbolic links come last, so that nothing is written through one
/// that the archive brought, and their targets stay below the directory. Devices and the like are
/// refused. Permission bits and times of files are taken over; owners are not.
///
/// A zip says only at its end, after all contents, which entries are links and what permission bits
/// there are. It is unpacked as it arrives, so its links become files with the target as content.
public final class ArchiveExtraction {
  private static final int SMALL = 256 << 10;
  private static final int FILES_AT_A_TIME = 1000;
  private static final long BYTES_AT_A_TIME = 2L << 20;
  private static final int MAX_LINKS = 10_000;
  private static final int FILE_MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;
  private static final int PERMISSIONS = 0777;

  private record SymbolicLink(FsPath path, LinkTarget target) {}

  private record HardLink(FsPath existing, FsPath path) {}

  private final Transaction transaction;
  private final FsPath target;
  private final Predicate<FsPath> closed;
  private final ArchiveLimits limits = new ArchiveLimits();
  private final Set<FsPath> directories = new HashSet<>();
  private final List<NewFile> files = new ArrayList<>();
  private final List<SymbolicLink> symbolicLinks = new ArrayList<>();
  private final List<HardLink> hardLinks = new ArrayList<>();
  private long gathered;

  /// @param target the directory, which is made if it is missing
  /// @param closed paths where nothing can be unpacked
  public ArchiveExtraction(Transaction transaction, FsPath target, Predicate<FsPath> closed) {
    this.transaction = transaction;
    this.target = target;
    this.closed = closed;
  }

  /// Entries unpacked.
  public int entries() {
    return limits.entries();
  }

  /// Bytes of content unpacked.
  public long bytes() {
    return limits.bytes();
  }

  /// Unpacks all of it.
  ///
  /// @param format `tar` or `zip`
  /// @param read tells how many bytes of the archive have been read
  /// @throws Problem 400 for what is no such archive or would lead out, 413 beyond the limits
  public void run(String format, InputStream body, LongSupplier read) throws IOException {
    ArchiveFormat kind = ArchiveFormat.of(format);
    if (!target.isEmpty()) {
      var unused = transaction.mkdirs(target, DIRECTORY_MODE);
    }
    Watched watched = new Watched(body);
    try (ArchiveInputStream<? extends ArchiveEntry> in = open(kind, watched)) {
      while (true) {
        Optional<ArchiveEntry> entry = next(in, watched);
        if (entry.isEmpty()) {
          break;
        }
        limits.entry();
        unpack(in, entry.get(), watched, read);
      }
    }
    if (limits.entries() == 0) {
      throw noArchive("it has no entries");
    }
    // What follows the last entry is of no use, but it is part of the request.
    long unused = body.skip(Long.MAX_VALUE);
    flush();
    for (HardLink link : hardLinks) {
      checkNoLink(link.existing());
      var unusedInode = transaction.link(link.existing(), link.path());
    }
    for (SymbolicLink link : symbolicLinks) {
      var unusedInode = transaction.symlink(link.path(), link.target());
    }
  }

  private static ArchiveInputStream<? extends ArchiveEntry> open(
      ArchiveFormat kind, InputStream body) {
    return switch (kind) {
      case TAR -> new TarArchiveInputStream(body, "UTF-8");
      case ZIP -> new ZipArchiveInputStream(body, "UTF-8", true, true);
    };
  }

  private static Problem noArchive(String why) {
    return Problem.of(
        400, "no-archive", "the body is no such archive", "the archive cannot be read: " + why);
  }

  private static Optional<ArchiveEntry> next(
      ArchiveInputStream<? extends ArchiveEntry> in, Watched watched) throws IOException {
    try {
      return Optional.ofNullable(in.getNextEntry());
    } catch (IOException | IllegalArgumentException e) {
      watched.check();
      throw noArchive(String.valueOf(e.getMessage()));
    }
  }

  private void unpack(
      ArchiveInputStream<? extends ArchiveEntry> in,
      ArchiveEntry entry,
      Watched watched,
      LongSupplier read)
      throws IOException {
    FsPath name = EntryName.parse(entry.getName());
    FsPath path = target.resolve(name);
    if (closed.test(path)) {
      throw new FsException(FsStatus.EACCES, path + " is no place to unpack to");
    }
    if (entry instanceof TarArchiveEntry tar) {
      if (tar.isSymbolicLink()) {
        symbolic(name, path, tar.getLinkName());
        return;
      }
      if (tar.isLink()) {
        checkCount(hardLinks);
        hardLinks.add(new HardLink(target.resolve(EntryName.parse(tar.getLinkName())), path));
        parent(path);
        return;
      }
      if (tar.isBlockDevice() || tar.isCharacterDevice() || tar.isFIFO()) {
        throw noArchive("entry '" + entry.getName() + "' is neither file, directory nor link");
      }
    }
    if (entry.isDirectory()) {
      directory(path);
      return;
    }
    if (name.isEmpty()) {
      throw noArchive("a file has no name");
    }
    if (!isReadable(in, entry)) {
      throw noArchive("entry '" + entry.getName() + "' is encrypted or packed in an unknown way");
    }
    file(in, entry, path, watched, read);
  }

  @SuppressWarnings("unchecked")
  private static <E extends ArchiveEntry> boolean isReadable(
      ArchiveInputStream<E> in, ArchiveEntry entry) {
    return in.canReadEntryData((E) entry);
  }

  private void symbolic(FsPath name, FsPath path, String text) {
    EntryName.checkTarget(name, text);
    checkCount(symbolicLinks);
    symbolicLinks.add(new SymbolicLink(path, LinkTarget.of(text)));
    parent(path);
  }

  private static void checkCount(List<?> links) {
    if (links.size() >= MAX_LINKS) {
      throw Problem.tooLarge("the archive has more than " + MAX_LINKS + " links");
    }
  }

  private void directory(FsPath path) {
    if (!path.isEmpty() && directories.add(path)) {
      checkNoLink(path);
      var unused = transaction.mkdirs(path, DIRECTORY_MODE);
    }
  }

  private void parent(FsPath path) {
    directory(path.parent());
  }

  /// Nothing is unpacked through a symbolic link that was there before: it could lead anywhere.
  private void checkNoLink(FsPath path) {
    for (int depth = target.names().size() + 1; depth <= path.names().size(); depth++) {
      FsPath part = new FsPath(path.names().subList(0, depth));
      if (!part.equals(path) && directories.contains(part)) {
        continue;
      }
      if (transaction.find(part).map(Attributes::isSymlink).orElse(false)) {
        throw new FsException(FsStatus.EEXIST, part + " is a symbolic link, not a directory");
      }
    }
  }

  private void file(
      ArchiveInputStream<? extends ArchiveEntry> in,
      ArchiveEntry entry,
      FsPath path,
      Watched watched,
      LongSupplier read)
      throws IOException {
    parent(path);
    WriteOptions options = WriteOptions.REPLACE.withMode(mode(entry));
    AttributeChanges time =
        modified(entry)
            .map(when -> AttributeChanges.NONE.withMtime(TimeChange.to(when.toInstant())))
            .orElse(AttributeChanges.NONE);
    ByteArrayOutputStream start = content(in, watched, read, SMALL);
    if (start.size() < SMALL) {
      files.add(
          new NewFile(Location.of(path), options, time, ByteBuffer.wrap(start.toByteArray())));
      gathered += start.size();
      if (files.size() >= FILES_AT_A_TIME || gathered >= BYTES_AT_A_TIME) {
        flush();
      }
      return;
    }
    flush();
    PlasmaOutputStream out = transaction.openOutput(Location.of(path), options);
    try {
      start.writeTo(out);
      byte[] piece = new byte[SMALL];
      for (int count; (count = read(in, watched, piece)) >= 0; ) {
        limits.content(count, read.getAsLong());
        out.write(piece, 0, count);
      }
      out.close();
    } catch (IOException | RuntimeException e) {
      out.abort();
      throw e;
    }
    var unused = transaction.setAttributes(path, time);
  }

  private static Optional<FileTime> modified(ArchiveEntry entry) {
    return switch (entry) {
      case TarArchiveEntry tar -> Optional.ofNullable(tar.getLastModifiedTime());
      case ZipArchiveEntry zip -> Optional.ofNullable(zip.getLastModifiedTime());
      default -> Optional.empty();
    };
  }

  private static int mode(ArchiveEntry entry) {
    int mode = entry instanceof TarArchiveEntry tar ? tar.getMode() & PERMISSIONS : 0;
    return mode == 0 ? FILE_MODE : mode;
  }

  /// The next bytes of an entry, up to so many.
  private ByteArrayOutputStream content(
      InputStream in, Watched watched, LongSupplier read, int most) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[8192];
    while (out.size() < most) {
      int count = read(in, watched, piece, Math.min(piece.length, most - out.size()));
      if (count < 0) {
        break;
      }
      limits.content(count, read.getAsLong());
      out.write(piece, 0, count);
    }
    return out;
  }

  private static int read(InputStream in, Watched watched, byte[] piece) throws IOException {
    return read(in, watched, piece, piece.length);
  }

  private static int read(InputStream in, Watched watched, byte[] piece, int most)
      throws IOException {
    try {
      return in.read(piece, 0, most);
    } catch (IOException | IllegalArgumentException e) {
      watched.check();
      throw noArchive(String.valueOf(e.getMessage()));
    }
  }

  private void flush() {
    if (!files.isEmpty()) {
      var unused = transaction.writeAll(files);
      files.clear();
      gathered = 0;
    }
  }
}
