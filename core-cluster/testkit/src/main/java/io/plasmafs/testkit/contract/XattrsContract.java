package io.plasmafs.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation.XattrMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Extended attributes.
public interface XattrsContract extends ContractCase {

  private void set(String path, String name, String value) {
    fs().setXattr(at(path), XattrName.of(name), value.getBytes(UTF_8), XattrMode.SET);
  }

  private String get(String path, String name) {
    return new String(fs().getXattr(at(path), XattrName.of(name)), UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"FILE", "EMPTY"})
  default void valuesAreKept(Kind kind) {
    make(kind, "a");
    assertThat(fs().listXattrs(at("a"))).isEmpty();
    set("a", "user.colour", "blue");
    set("a", "user.size", "large");
    assertThat(get("a", "user.colour")).isEqualTo("blue");
    assertThat(fs().listXattrs(at("a")))
        .containsExactlyInAnyOrder(XattrName.of("user.colour"), XattrName.of("user.size"));
    set("a", "user.colour", "green");
    assertThat(get("a", "user.colour")).isEqualTo("green");
    fs().removeXattr(at("a"), XattrName.of("user.colour"));
    assertThat(fs().listXattrs(at("a"))).containsExactly(XattrName.of("user.size"));
    assertFails(FsStatus.ENOATTR, () -> get("a", "user.colour"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 4096, 30_000})
  default void valuesAreBytes(int length) {
    write("a", "x");
    byte[] value = ContractCase.bytes(length, length);
    fs().setXattr(at("a"), XattrName.of("user.v"), value, XattrMode.SET);
    assertThat(fs().getXattr(at("a"), XattrName.of("user.v"))).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "SET, false, OK",
    "SET, true, OK",
    "CREATE, false, OK",
    "CREATE, true, EEXIST",
    "REPLACE, false, ENOATTR",
    "REPLACE, true, OK",
  })
  default void modesOfSetting(XattrMode how, boolean there, FsStatus expected) {
    write("a", "x");
    if (there) {
      set("a", "user.v", "old");
    }
    assertEnds(
        expected, () -> fs().setXattr(at("a"), XattrName.of("user.v"), new byte[] {'n'}, how));
    if (expected == FsStatus.OK) {
      assertThat(get("a", "user.v")).isEqualTo("n");
    }
  }

  @Test
  default void missingAttributeIsToldApartFromMissingFile() {
    write("a", "x");
    assertFails(FsStatus.ENOATTR, () -> get("a", "user.none"));
    assertFails(FsStatus.ENOATTR, () -> fs().removeXattr(at("a"), XattrName.of("user.none")));
    assertFails(FsStatus.ENOENT, () -> get("b", "user.none"));
  }

  @Test
  default void attributesStayWithTheFile() {
    write("a", "x");
    set("a", "user.v", "kept");
    rename("a", "b");
    write("b", "other content");
    assertThat(get("b", "user.v")).isEqualTo("kept");
    fs().unlink(at("b"));
    write("b", "new");
    assertThat(fs().listXattrs(at("b"))).isEmpty();
  }

  @Test
  default void namesAreUtf8() {
    write("a", "x");
    set("a", "user.schlüssel", "wert");
    set("a", "user.with space", "v");
    assertThat(get("a", "user.schlüssel")).isEqualTo("wert");
    assertThat(get("a", "user.with space")).isEqualTo("v");
  }

  @Test
  default void manyAttributes() {
    write("a", "x");
    for (int i = 0; i < 40; i++) {
      set("a", "user.n" + i, "value " + i);
    }
    assertThat(fs().listXattrs(at("a"))).hasSize(40);
    assertThat(get("a", "user.n39")).isEqualTo("value 39");
  }
}
