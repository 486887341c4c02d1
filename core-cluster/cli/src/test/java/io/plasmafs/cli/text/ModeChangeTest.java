package io.plasmafs.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FileType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModeChangeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0644 | 644      | false | 0644",
        "0777 | 1755     | true  | 1755",
        "0644 | u+x      | false | 0744",
        "0644 | +x       | false | 0755",
        "0755 | go-rx    | false | 0700",
        "0644 | a=r      | false | 0444",
        "0640 | u+rwX,go-w | false | 0640",
        "0600 | u+rwX,go+rX | true | 0755",
        "0700 | go+rX    | false | 0755",
        "0600 | go+rX    | false | 0644",
        "0750 | o=g      | false | 0755",
        "0640 | g=u      | false | 0660",
        "0755 | u+s      | false | 4755",
        "0755 | g+s      | true  | 2755",
        "0777 | +t       | true  | 1777",
        "0777 | o-t      | true  | 0777",
        "0755 | u=rwx,g=rx,o= | false | 0750",
        "2755 | g=rx     | true  | 2755",
        "2755 | g=rx     | false | 0755",
        "0644 | u-w+x    | false | 0544",
        "0644 | -w       | false | 0444"
      })
  void changesAsChmodDoes(String before, String change, boolean directory, String after) {
    int mode = ModeChange.parse(change).apply(Integer.parseInt(before, 8), directory);
    assertThat(FileMode.octal(mode)).isEqualTo(after);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "8", "77777", "u", "u+q", "ux", "u+r,", ",", "rw", "--json"})
  void refusesWhatIsNoMode(String text) {
    assertThatThrownBy(() -> ModeChange.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no mode");
  }

  @Test
  void showsModesAsLsDoes() {
    assertThat(FileMode.display(FileType.REGULAR, 0644)).isEqualTo("-rw-r--r--");
    assertThat(FileMode.display(FileType.DIRECTORY, 01777)).isEqualTo("drwxrwxrwt");
    assertThat(FileMode.display(FileType.DIRECTORY, 01776)).isEqualTo("drwxrwxrwT");
    assertThat(FileMode.display(FileType.REGULAR, 04755)).isEqualTo("-rwsr-xr-x");
    assertThat(FileMode.display(FileType.REGULAR, 06644)).isEqualTo("-rwSr-Sr--");
    assertThat(FileMode.display(FileType.SYMLINK, 0777)).isEqualTo("lrwxrwxrwx");
  }
}
