package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole contents, written and read back, wherever the filesystem keeps them. The lengths are those
/// around the limit of small contents (8 KiB) and around blocks (64 KiB).
public interface ContentContract extends ContractCase {

  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 1, 2, 7, 100, 511, 512, 513, 4095, 4096, 4097, 8191, 8192, 8193, 16_384, 65_535, 65_536,
        65_537, 131_071, 131_072, 131_073, 200_000, 1_048_575, 1_048_576, 1_048_577, 3_000_000
      })
  default void contentComesBack(int length) {
    int fitting = fitting(length);
    byte[] content = ContractCase.bytes(length, fitting);
    write("a", content);
    assertThatPath("a").isFile().hasContent(content);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 0",
    "100, 8192",
    "8192, 100",
    "8192, 8193",
    "8193, 8192",
    "8193, 0",
    "0, 8193",
    "65536, 65535",
    "65535, 65536",
    "65536, 65537",
    "200000, 10",
    "10, 200000",
    "200000, 0",
    "1048577, 3",
    "3, 1048577",
    "131072, 65536",
    "65536, 131072"
  })
  default void newContentReplacesTheOld(int before, int after) {
    byte[] old = ContractCase.bytes(1, fitting(before));
    byte[] fresh = ContractCase.bytes(2, fitting(after));
    write("a", old);
    InodeId inode = stat("a").inode();
    write("a", fresh);
    assertThatPath("a").hasContent(fresh);
    assertThat(stat("a").inode()).isEqualTo(inode);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 10, 0",
    "10, 0, 10, 10",
    "10, 5, 10, 5",
    "10, 9, 1, 1",
    "10, 10, 1, 0",
    "10, 11, 5, 0",
    "10, 3, 4, 4",
    "10, 0, 0, 0",
    "8192, 8191, 2, 1",
    "8192, 4000, 4192, 4192",
    "65536, 65535, 2, 1",
    "65536, 0, 65536, 65536",
    "65537, 65535, 10, 2",
    "65537, 65536, 10, 1",
    "200000, 65530, 20, 20",
    "200000, 60000, 100000, 100000",
    "200000, 131072, 68928, 68928",
    "200000, 199999, 100, 1",
    "200000, 200000, 100, 0",
    "200000, 1000000, 100, 0",
    "1500000, 1, 1499998, 1499998",
    "1500000, 1048570, 20, 20"
  })
  default void rangeOfContent(int length, int position, int wanted, int expected) {
    if (length > largestContent()) {
      return;
    }
    byte[] content = ContractCase.bytes(3, length);
    write("a", content);
    byte[] found = fs().read(at("a"), position, wanted);
    int from = Math.min(position, length);
    assertThat(found).isEqualTo(java.util.Arrays.copyOfRange(content, from, from + expected));
  }

  @Test
  default void filesDoNotMix() {
    for (int i = 0; i < 20; i++) {
      write("file" + i, ContractCase.bytes(i, fitting(500 * i)));
    }
    for (int i = 0; i < 20; i++) {
      assertThatPath("file" + i).hasContent(ContractCase.bytes(i, fitting(500 * i)));
    }
  }

  @Test
  default void writtenManyTimesHasTheLastContent() {
    for (int i = 0; i < 30; i++) {
      write("a", ContractCase.bytes(i, fitting(i * 3001)));
    }
    assertThatPath("a").hasContent(ContractCase.bytes(29, fitting(29 * 3001)));
  }

  @Test
  default void contentMovesWithItsName() {
    byte[] content = ContractCase.bytes(5, fitting(100_000));
    write("a", content);
    mkdir("d");
    rename("a", "d/b");
    assertThatPath("d/b").hasContent(content);
  }

  @Test
  default void missingFileHasNoContent() {
    assertFails(FsStatus.ENOENT, () -> fs().read(at("a")));
    assertFails(FsStatus.ENOENT, () -> fs().read(at("a"), 0, 10));
  }
}
