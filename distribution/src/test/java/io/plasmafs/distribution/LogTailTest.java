package io.plasmafs.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogTailTest {
  @TempDir Path directory;

  @Test
  void onlyWhatIsNewIsTold() throws IOException {
    Path log = Files.writeString(directory.resolve("log"), "old\n");
    LogTail tail = LogTail.of(List.of(directory.resolve("out"), log));
    assertThat(tail.text()).isEmpty();

    Files.writeString(log, "1\n2\n\n3\n4\n", StandardOpenOption.APPEND);
    assertThat(tail.text()).isEqualTo("2 / 3 / 4");

    Files.writeString(directory.resolve("out"), "refused\n");
    assertThat(tail.text()).isEqualTo("refused");
    assertThat(tail.latest()).isEqualTo("4");
    assertThat(tail.files()).isEqualTo(directory.resolve("out") + " and " + log);
  }

  @Test
  void logThatBeganAnewIsNewAsAWhole() throws IOException {
    Path log = Files.writeString(directory.resolve("log"), "a long line of before\n");
    LogTail tail = LogTail.of(List.of(log));
    Files.writeString(log, "new\n");
    assertThat(tail.text()).isEqualTo("new");
  }
}
