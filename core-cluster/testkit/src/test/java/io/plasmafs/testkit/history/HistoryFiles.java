package io.plasmafs.testkit.history;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The files of one history, numbered from 0, and all that ever became of them.
final class HistoryFiles {
  /// Some are kept with the metadata, some are in one block, some in several.
  private static final int[] LENGTHS = {
    8, 800, 8192, 8200, 65_536, 70_000, 131_072, 200_000, 330_000, 500_000
  };

  private final String directory;
  private final List<FileHistory> histories;
  private final AtomicInteger lastStamp = new AtomicInteger();

  HistoryFiles(String directory, int count) {
    this.directory = directory;
    this.histories = Stream.generate(FileHistory::new).limit(count).toList();
  }

  String directory() {
    return directory;
  }

  int count() {
    return histories.size();
  }

  /// Half of the files come and go, and have a new inode each time; the others stay, and their
  /// content changes.
  boolean isReplaced(int file) {
    return file < count() / 2;
  }

  String path(int file) {
    return directory + "/" + file;
  }

  List<FsPath> paths() {
    return IntStream.range(0, count()).mapToObj(file -> FsPath.of(path(file))).toList();
  }

  List<Location> locations() {
    return paths().stream().map(Location::of).toList();
  }

  FileHistory of(int file) {
    return histories.get(file);
  }

  /// See [FileHistory#assertThatPartsKeptTheRest()].
  void assertThatPartsKeptTheRest() {
    histories.forEach(FileHistory::assertThatPartsKeptTheRest);
  }

  int any(Random random) {
    return random.nextInt(count());
  }

  int lastStamp() {
    return lastStamp.get();
  }

  int newStamp() {
    return lastStamp.incrementAndGet();
  }

  StampedContent newContent(Random random) {
    return StampedContent.of(newStamp(), LENGTHS[random.nextInt(LENGTHS.length)]);
  }
}
