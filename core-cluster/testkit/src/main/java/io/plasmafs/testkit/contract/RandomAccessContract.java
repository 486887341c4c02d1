package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Changing parts of files: in the middle, at the end, far behind it, and cutting off. Every case
/// is held against an array that the same is done to.
public interface RandomAccessContract extends ContractCase {

  /// What the array is after `bytes` were written at `position`.
  private static byte[] edited(byte[] content, int position, byte[] bytes) {
    byte[] result = Arrays.copyOf(content, Math.max(content.length, position + bytes.length));
    System.arraycopy(bytes, 0, result, position, bytes.length);
    return result;
  }

  @ParameterizedTest(name = "{2} bytes at {1} of {0}")
  @CsvSource({
    "0, 0, 1",
    "0, 0, 8193",
    "0, 5, 1",
    "0, 70000, 1",
    "1, 0, 1",
    "1, 1, 1",
    "10, 3, 4",
    "10, 10, 10",
    "10, 5, 10",
    "10, 20, 5",
    "100, 8191, 1",
    "100, 8191, 2",
    "100, 8192, 1",
    "8192, 0, 1",
    "8192, 8191, 1",
    "8192, 8192, 1",
    "8192, 4000, 8000",
    "8193, 0, 1",
    "8193, 8193, 1",
    "65536, 0, 65536",
    "65536, 65535, 2",
    "65536, 65536, 1",
    "65536, 100, 100",
    "65537, 65536, 1",
    "65537, 65530, 20",
    "131072, 65536, 65536",
    "131072, 65535, 2",
    "200000, 0, 200000",
    "200000, 60000, 100000",
    "200000, 199999, 1",
    "200000, 200000, 50000",
    "200000, 300000, 10",
    "100, 1000000, 100",
    "1500000, 700000, 3",
    "1500000, 1048575, 2"
  })
  default void writeIntoFile(int length, int position, int count) {
    byte[] content = ContractCase.bytes(1, length);
    byte[] bytes = ContractCase.bytes(2, count);
    write("a", content);
    fs().writeAt(at("a"), position, bytes);
    assertThatPath("a").hasContent(edited(content, position, bytes));
  }

  @Test
  default void writeIntoMissingFileFails() {
    assertFails(FsStatus.ENOENT, () -> fs().writeAt(at("a"), 0, new byte[1]));
    assertThatPath("").hasChildren();
  }

  @ParameterizedTest(name = "{0} bytes to {1}")
  @CsvSource({
    "0, 0",
    "0, 1",
    "0, 8192",
    "0, 8193",
    "0, 65536",
    "0, 100000",
    "10, 0",
    "10, 5",
    "10, 10",
    "10, 20",
    "10, 8192",
    "10, 8193",
    "10, 70000",
    "8192, 8191",
    "8192, 1",
    "8192, 8193",
    "8193, 8192",
    "8193, 0",
    "8193, 100",
    "65536, 65535",
    "65536, 65537",
    "65537, 65536",
    "65537, 65535",
    "65537, 1",
    "131072, 65536",
    "131072, 65537",
    "131072, 131071",
    "200000, 0",
    "200000, 10",
    "200000, 8192",
    "200000, 8193",
    "200000, 65536",
    "200000, 131073",
    "200000, 199999",
    "200000, 200000",
    "200000, 200001",
    "200000, 400000"
  })
  default void truncateToSize(int before, int after) {
    byte[] content = ContractCase.bytes(4, before);
    write("a", content);
    fs().truncate(at("a"), after);
    assertThatPath("a").hasContent(Arrays.copyOf(content, after));
  }

  @ParameterizedTest(name = "{0} bytes to {1} and back")
  @CsvSource({
    "10, 5",
    "10, 0",
    "8192, 100",
    "8193, 8192",
    "8193, 1",
    "65536, 65535",
    "65537, 65536",
    "65537, 10",
    "200000, 0",
    "200000, 65536",
    "200000, 65537",
    "200000, 131071",
    "200000, 199999"
  })
  default void whatWasCutOffDoesNotComeBack(int length, int cut) {
    byte[] content = ContractCase.bytes(5, length);
    write("a", content);
    fs().truncate(at("a"), cut);
    fs().truncate(at("a"), length);
    assertThatPath("a").hasContent(Arrays.copyOf(Arrays.copyOf(content, cut), length));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "EMPTY, EISDIR", "FULL, EISDIR", "FILE, OK"})
  default void truncateOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().truncate(at("a"), 3));
  }

  @Test
  default void truncateToNegativeSizeFails() {
    write("a", "kept");
    assertFails(FsStatus.EINVAL, () -> fs().truncate(at("a"), -1));
    assertThatPath("a").hasContent("kept");
  }

  @Test
  default void truncateBeyondTheLargestFileFails() {
    write("a", "kept");
    assertFails(FsStatus.EFBIG, () -> fs().truncate(at("a"), (1L << 60) + 1));
    assertThatPath("a").hasContent("kept");
  }

  @ParameterizedTest(name = "{1} bytes behind {0}")
  @CsvSource({
    "0, 1",
    "1, 1",
    "100, 100",
    "8191, 1",
    "8191, 2",
    "8192, 1",
    "4000, 8000",
    "65535, 1",
    "65535, 2",
    "65536, 1",
    "65537, 65536",
    "100000, 100000",
    "200000, 0"
  })
  default void appendAddsToTheEnd(int before, int count) {
    byte[] content = ContractCase.bytes(6, before);
    byte[] more = ContractCase.bytes(7, count);
    write("a", content);
    fs().append(at("a"), more);
    assertThatPath("a").hasContent(edited(content, before, more));
  }

  @Test
  default void appendCreatesWhatIsMissing() {
    fs().append(at("a"), new byte[] {1});
    fs().append(at("a"), new byte[] {2, 3});
    assertThatPath("a").hasContent(new byte[] {1, 2, 3});
  }

  @Test
  default void appendToDirectoryFails() {
    mkdir("a");
    assertFails(FsStatus.EISDIR, () -> fs().append(at("a"), new byte[1]));
  }

  @Test
  default void manyAppends() {
    byte[] all = new byte[0];
    for (int i = 0; i < 40; i++) {
      byte[] more = ContractCase.bytes(i, 997 * (i % 7));
      fs().append(at("a"), more);
      all = edited(all, all.length, more);
    }
    assertThatPath("a").hasContent(all);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {1L << 20, 1L << 31, (1L << 31) + 5, 1L << 32, 1L << 40, (1L << 59) + 12_345})
  default void writeAtLargeOffsetLeavesHole(long position) {
    byte[] head = ContractCase.bytes(8, 100);
    byte[] tail = ContractCase.bytes(9, 100);
    write("a", head);
    fs().writeAt(at("a"), position, tail);
    assertThatPath("a").hasSize(position + 100);
    assertThat(fs().read(at("a"), position, 1000)).isEqualTo(tail);
    assertThat(fs().read(at("a"), 0, 200)).isEqualTo(Arrays.copyOf(head, 200));
    assertThat(fs().read(at("a"), position / 2, 1000)).isEqualTo(new byte[1000]);
    assertThat(fs().read(at("a"), position - 50, 100))
        .isEqualTo(edited(new byte[100], 50, Arrays.copyOf(tail, 50)));
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 8192, 8193, 65_536, 1_000_000, 1L << 33, 1L << 60})
  default void extendedFileReadsAsZeros(long size) {
    fs().create(at("a"), 0644);
    fs().truncate(at("a"), size);
    assertThatPath("a").hasSize(size);
    assertThat(fs().read(at("a"), 0, 100)).isEqualTo(new byte[100]);
    assertThat(fs().read(at("a"), size - 50, 100)).isEqualTo(new byte[50]);
    assertThat(fs().read(at("a"), size, 100)).isEmpty();
  }

  @Test
  default void holeCanBeFilled() {
    fs().create(at("a"), 0644);
    fs().truncate(at("a"), 500_000);
    byte[] middle = ContractCase.bytes(10, 70_000);
    fs().writeAt(at("a"), 200_000, middle);
    assertThatPath("a").hasContent(edited(new byte[500_000], 200_000, middle));
    byte[] before = ContractCase.bytes(11, 1000);
    fs().writeAt(at("a"), 199_500, before);
    assertThatPath("a")
        .hasContent(edited(edited(new byte[500_000], 200_000, middle), 199_500, before));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  default void randomEditsAreThoseOfAnArray(long seed) {
    Random random = new Random(seed);
    byte[] model = new byte[0];
    fs().create(at("a"), 0644);
    for (int step = 0; step < 25; step++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          int size = random.nextInt(250_000);
          fs().truncate(at("a"), size);
          model = Arrays.copyOf(model, size);
        }
        case 1 -> {
          byte[] more = ContractCase.bytes(random.nextLong(), random.nextInt(20_000));
          fs().append(at("a"), more);
          model = edited(model, model.length, more);
        }
        default -> {
          byte[] bytes = ContractCase.bytes(random.nextLong(), 1 + random.nextInt(90_000));
          int position = random.nextInt(200_000);
          fs().writeAt(at("a"), position, bytes);
          model = edited(model, position, bytes);
        }
      }
    }
    assertThatPath("a").hasContent(model);
  }
}
