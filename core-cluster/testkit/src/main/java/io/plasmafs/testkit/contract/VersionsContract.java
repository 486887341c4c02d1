package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Versions: never the same for two states of one inode.
public interface VersionsContract extends ContractCase {

  @ParameterizedTest(name = "{0}: version moves {1}, content version {2}")
  @CsvSource({
    "write, true, true",
    "same, true, true",
    "chmod, true, false",
    "rename, true, false",
    "xattr, true, false",
    "read, false, false",
    "stat, false, false",
  })
  default void versionOfFile(String act, boolean version, boolean contentVersion) {
    write("a", "content");
    Attributes before = stat("a");
    switch (act) {
      case "write" -> write("a", "changed");
      case "same" -> write("a", "content");
      case "chmod" -> fs().setAttributes(at("a"), AttributeChanges.NONE.withMode(0600));
      case "rename" -> {
        rename("a", "b");
        rename("b", "a");
      }
      case "xattr" -> fs().setXattr(at("a"), XattrName.of("user.v"), new byte[1], XattrMode.SET);
      case "read" -> assertThat(read("a")).isEqualTo("content");
      case "stat" -> assertThat(stat("a")).isEqualTo(before);
      default -> throw new AssertionError(act);
    }
    Attributes after = stat("a");
    assertThat(after.version() > before.version()).isEqualTo(version);
    assertThat(after.contentVersion() > before.contentVersion()).isEqualTo(contentVersion);
    assertThat(after.version()).isGreaterThanOrEqualTo(after.contentVersion());
  }

  @Test
  default void versionOfDirectoryMovesWithItsEntries() {
    mkdir("d");
    long empty = stat("d").contentVersion();
    write("d/a", "x");
    long one = stat("d").contentVersion();
    assertThat(one).isGreaterThan(empty);
    write("d/a", "y");
    assertThat(stat("d").contentVersion()).isEqualTo(one);
    fs().unlink(at("d/a"));
    assertThat(stat("d").contentVersion()).isGreaterThan(one);
  }

  @Test
  default void inodesAreNotUsedTwice() {
    write("a", "x");
    long first = stat("a").inode().value();
    fs().unlink(at("a"));
    write("a", "x");
    assertThat(stat("a").inode().value()).isNotEqualTo(first);
  }
}
