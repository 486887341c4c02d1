package io.plasmafs.datanode.store;

import io.plasmafs.datanode.store.VolumeHeader.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Makes stores. The files of a volume get all their space now, so that the disk cannot run full
/// under a write later; the `volume` file comes last and makes the volume complete: what is found
/// without it is the rest of an attempt that was broken off, and is made anew.
public final class StoreFormatter {
  private static final int ZEROS = 1 << 20;
  private static final long MARGIN_BYTES = 16L << 20;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final StoreOptions options;
  private final Progress progress;

  private StoreFormatter(StoreOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  /// Hears how far the work has come. Where the filesystem can reserve space by itself this takes a
  /// moment, else as long as writing all of it.
  @FunctionalInterface
  public interface Progress {
    /// @param done bytes that are allocated
    /// @param total bytes to allocate
    void allocated(long done, long total);
  }

  /// Makes a store; durable on return.
  ///
  /// @throws StoreException if a directory holds a store already, the disk has too little space, or
  ///   a file cannot be made
  public static void format(StoreOptions options, Progress progress) throws StoreException {
    new StoreFormatter(options, progress).run();
  }

  private void run() throws StoreException {
    Geometry geometry = options.geometry();
    long blocks = options.blocksPerVolume();
    int volumes = options.directories().size();
    VolumeHeader[] headers = new VolumeHeader[volumes];
    for (int i = 0; i < volumes; i++) {
      headers[i] =
          new VolumeHeader(
              options.cluster(), options.identity(), geometry, i, volumes, i * blocks, blocks);
      prepare(options.directories().get(i));
    }
    long volumeBytes = geometry.dataBytes(blocks) + geometry.recordsBytes(blocks);
    long total = volumeBytes * volumes;
    for (int i = 0; i < volumes; i++) {
      Path directory = options.directories().get(i);
      try {
        requireSpace(directory, volumeBytes);
        long done = i * volumeBytes;
        make(directory, headers[i], Part.DATA, geometry.dataBytes(blocks), done, total);
        make(
            directory,
            headers[i],
            Part.RECORDS,
            geometry.recordsBytes(blocks),
            done + geometry.dataBytes(blocks),
            total);
        complete(directory, headers[i]);
      } catch (StoreException e) {
        throw e;
      } catch (IOException e) {
        discard(directory);
        throw new StoreException("cannot make a volume in " + directory + ": " + e.getMessage(), e);
      }
    }
  }

  private static void prepare(Path directory) throws StoreException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StoreException("cannot make the directory " + directory + ": " + e, e);
    }
    if (Files.exists(directory.resolve(Part.VOLUME.fileName()))) {
      throw new StoreException(
          directory + " holds a volume already; remove it by hand if its data may be lost");
    }
  }

  private static void requireSpace(Path directory, long bytes) throws IOException {
    discard(directory);
    long free = Files.getFileStore(directory).getUsableSpace();
    if (free < bytes + MARGIN_BYTES) {
      throw new StoreException(
          String.format(
              "%s has %d MiB of free disk space, a volume of this size needs %d MiB",
              directory, free >> 20, (bytes + MARGIN_BYTES) >> 20));
    }
  }

  /// Removes what an attempt that was broken off has left.
  private static void discard(Path directory) throws StoreException {
    try {
      Files.deleteIfExists(directory.resolve(Part.DATA.fileName()));
      Files.deleteIfExists(directory.resolve(Part.RECORDS.fileName()));
    } catch (IOException e) {
      throw new StoreException("cannot empty " + directory + ": " + e, e);
    }
  }

  private void make(
      Path directory, VolumeHeader header, Part part, long bytes, long done, long total)
      throws IOException {
    Path file = directory.resolve(part.fileName());
    boolean reserved = reserve(file, bytes);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (!reserved) {
        fill(out, bytes, done, total);
      }
      // before anything is in it: whoever may open it can read all blocks
      Path unused = Files.setPosixFilePermissions(file, OWNER_ONLY);
      writeAll(out, header.encode(part), 0);
      out.force(true);
    }
    progress.allocated(done + bytes, total);
  }

  /// Lets fallocate(1) reserve the space, which then reads as zeros. False where there is no such
  /// program or the filesystem cannot do it.
  private static boolean reserve(Path file, long bytes) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder("fallocate", "-l", Long.toString(bytes), file.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return false;
    }
    try {
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        return false;
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + file + " was being made", e);
    }
    return process.exitValue() == 0 && Files.exists(file) && Files.size(file) == bytes;
  }

  private void fill(FileChannel out, long bytes, long done, long total) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
    for (long at = 0; at < bytes; at += ZEROS) {
      zeros.clear().limit((int) Math.min(ZEROS, bytes - at));
      writeAll(out, zeros, at);
      progress.allocated(done + at, total);
    }
  }

  private static void complete(Path directory, VolumeHeader header) throws IOException {
    Path temporary = directory.resolve("volume.new");
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      writeAll(out, header.encode(Part.VOLUME), 0);
      out.force(true);
    }
    Files.move(
        temporary, directory.resolve(Part.VOLUME.fileName()), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += out.write(bytes, at);
    }
  }
}
