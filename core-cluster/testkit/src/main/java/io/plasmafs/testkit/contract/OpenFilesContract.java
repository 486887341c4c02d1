package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that are open while something happens to them: who reads sees them as they were when they
/// were opened, to the end.
public interface OpenFilesContract extends ContractCase {

  /// What happens to an open file, at each of the lengths that are kept in different ways.
  @ParameterizedTest(name = "{1} of {0} bytes")
  @CsvSource({
    "100, unlink", "100, overwrite", "100, truncate", "100, rename", "100, replace",
    "20000, unlink", "20000, overwrite", "20000, truncate", "20000, rename", "20000, replace",
    "300000, unlink", "300000, overwrite", "300000, truncate", "300000, rename", "300000, replace"
  })
  default void openFileIsAsItWas(int length, String act) {
    byte[] content = ContractCase.bytes(1, length);
    write("a", content);
    try (FilesystemUnderTest.OpenFile open = fs().open(at("a"))) {
      assertThat(open.read(0, 10)).isEqualTo(Arrays.copyOf(content, 10));
      switch (act) {
        case "unlink" -> fs().unlink(at("a"));
        case "overwrite" -> write("a", ContractCase.bytes(2, length));
        case "truncate" -> fs().truncate(at("a"), 5);
        case "rename" -> rename("a", "b");
        case "replace" -> {
          write("b", ContractCase.bytes(3, length));
          rename("b", "a");
        }
        default -> throw new AssertionError(act);
      }
      assertThat(open.read(0, length)).isEqualTo(content);
      assertThat(open.read(length - 5, 100))
          .isEqualTo(Arrays.copyOfRange(content, length - 5, length));
    }
  }

  @Test
  default void spaceOfUnlinkedFileIsNotGivenAwayWhileItIsRead() {
    byte[] content = ContractCase.bytes(1, 500_000);
    write("a", content);
    try (FilesystemUnderTest.OpenFile open = fs().open(at("a"))) {
      fs().unlink(at("a"));
      for (int i = 0; i < 10; i++) {
        write("other" + i, ContractCase.bytes(i + 2, 500_000));
      }
      assertThat(open.read(0, 500_000)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8193, 100_000})
  default void readsBeyondTheEndAreEmpty(int length) {
    write("a", ContractCase.bytes(1, length));
    try (FilesystemUnderTest.OpenFile open = fs().open(at("a"))) {
      assertThat(open.read(length, 10)).isEmpty();
      assertThat(open.read(length + 1_000_000L, 10)).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "EMPTY, EISDIR", "FILE, OK"})
  default void openOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().open(at("a")).close());
  }
}
