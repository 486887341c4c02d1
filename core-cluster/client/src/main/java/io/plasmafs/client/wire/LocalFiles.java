package io.plasmafs.client.wire;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.data_file;
import io.plasmafs.protocol.xdr.data_files;
import io.plasmafs.protocol.xdr.file_part;
import io.plasmafs.protocol.xdr.locate_result;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The files of a datanode of this host, opened by this process to read blocks without having them
/// sent. Safe for use by several threads.
///
/// **What always holds.** The datanode is asked before each read as if it were to send the bytes:
/// it judges the ticket, compares the generation, and answers with the checksums and with where the
/// bytes lie. The bytes are read after that and count only if they have these checksums: so they
/// are those of that generation, even if the block was given to other data meanwhile, the file is
/// not the datanode's any more, or it was cut. Whoever reads verifies, and asks the datanode for
/// the bytes themselves if they are not right: it tells why.
public final class LocalFiles implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LocalFiles.class);

  /// What is shorter is sent as fast as it is located.
  public static final int LEAST_BYTES = 256 << 10;

  /// After so many useless reads in a row the files are left alone.
  private static final int MOST_FAILURES = 16;

  /// Where a range lies.
  ///
  /// @param checksums CRC32C of each slice
  public record Place(Checksums checksums, List<Part> parts) {
    public Place {
      parts = List.copyOf(parts);
    }
  }

  /// Bytes of one file.
  record Part(int file, long position, int length) {}

  private final String owner;
  private final List<FileChannel> files;
  private final LocalReads counts;
  private final AtomicInteger failures = new AtomicInteger();

  private LocalFiles(String owner, List<FileChannel> files, LocalReads counts) {
    this.owner = owner;
    this.files = files;
    this.counts = counts;
  }

  /// Opens the files that a datanode has told of; nothing if it told of none, or one cannot be
  /// opened or is not the one that it means.
  static Optional<LocalFiles> open(String owner, data_files told, LocalReads counts) {
    LocalFiles opened = new LocalFiles(owner, new ArrayList<>(), counts);
    try {
      for (data_file file : told.files) {
        FileChannel channel = FileChannel.open(Path.of(file.path), StandardOpenOption.READ);
        opened.files.add(channel);
        try (BulkData head = BulkData.read(channel, 0, file.head.length)) {
          if (!Arrays.equals(head.toByteArray(), file.head)) {
            throw new IOException(file.path + " is not the file of that datanode");
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      log.debug("{}: its files are not read from here", owner, e);
      opened.close();
      return Optional.empty();
    }
    return opened.files.isEmpty() ? Optional.empty() : Optional.of(opened);
  }

  /// What a datanode has answered to the question where bytes lie.
  ///
  /// @throws FsException what it said if it refuses
  static Place place(locate_result answer) {
    if (answer.status != FsStatus.OK.code()) {
      throw new FsException(Conversion.status(answer.status), answer.message);
    }
    List<Part> parts = new ArrayList<>(1);
    for (file_part part : answer.parts) {
      parts.add(new Part(part.file, part.position, part.length));
    }
    return new Place(Checksums.of(answer.checksums), parts);
  }

  /// Reads bytes, which the caller verifies and then calls [#right] or [#wrong]. May block for the
  /// disk.
  ///
  /// @param most bytes that were asked for
  /// @throws FsException EIO if they cannot be read
  public ReadAnswer read(Place place, int most) {
    List<BulkData> read = new ArrayList<>(1);
    try {
      int left = most;
      for (Part part : place.parts()) {
        if (part.file() < 0 || part.file() >= files.size()) {
          throw new IOException("there is no file " + part.file());
        }
        if (part.position() < 0 || part.length() < 0 || part.length() > left) {
          throw new IOException("what it told does not fit the question: " + part);
        }
        left -= part.length();
        read.add(BulkData.read(files.get(part.file()), part.position(), part.length()));
      }
    } catch (IOException | RuntimeException e) {
      read.forEach(BulkData::release);
      throw new FsException(FsStatus.EIO, "the files of " + owner + " cannot be read: " + e, e);
    }
    BulkData data = read.size() == 1 ? read.get(0) : BulkData.concat(read);
    return new ReadAnswer(FsStatus.OK, "", place.checksums(), data);
  }

  /// What was read is what it should be.
  public void right() {
    counts.countRead();
    if (failures.get() != 0) {
      failures.set(0);
    }
  }

  /// What was read is of no use, or could not be read.
  public void wrong(Throwable why) {
    counts.countUseless();
    log.debug("what was read from the files of {} is of no use", owner, why);
    if (failures.incrementAndGet() == MOST_FAILURES) {
      log.warn(
          "{} reads in a row from the files of {} were of no use; it is asked for the bytes now",
          MOST_FAILURES,
          owner,
          why);
    }
  }

  /// Whether it is worth trying.
  boolean isUseful() {
    return failures.get() < MOST_FAILURES;
  }

  /// Reads under way fail.
  @Override
  public void close() {
    for (FileChannel file : files) {
      try {
        file.close();
      } catch (IOException e) {
        log.debug("a file of {} cannot be closed", owner, e);
      }
    }
  }
}
