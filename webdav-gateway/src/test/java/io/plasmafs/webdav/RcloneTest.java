package io.plasmafs.webdav;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// rclone, as a backup program uses the door.
class RcloneTest {
  private static Doors doors;

  @TempDir Path here;

  @BeforeAll
  static void open() throws Exception {
    Program.assumeInstalled("rclone");
    doors = Doors.open();
  }

  @AfterAll
  static void close() throws Exception {
    if (doors != null) {
      doors.close();
    }
  }

  @Test
  void treesGoInAndOutWithTheirTimesAndChecksums() throws IOException {
    Path source = Files.createDirectories(here.resolve("source/a/b c"));
    Random random = new Random(7);
    byte[] large = new byte[3_000_000];
    random.nextBytes(large);
    write(source.resolve("large"), large, "2001-02-03T04:05:06Z");
    write(source.resolve("ümläut #1?%20+.txt"), "text".getBytes(UTF_8), "1999-12-31T23:59:59Z");
    write(here.resolve("source/empty"), new byte[0], "2020-01-01T00:00:00Z");

    rclone("copy", "source", "door:tree").succeeded();
    rclone("check", "source", "door:tree").succeeded();
    rclone("copy", "door:tree", "back").succeeded();

    assertThat(Files.readAllBytes(here.resolve("back/a/b c/large"))).isEqualTo(large);
    assertThat(Files.getLastModifiedTime(here.resolve("back/a/b c/large")).toInstant())
        .isEqualTo(Instant.parse("2001-02-03T04:05:06Z"));
    assertThat(here.resolve("back/a/b c/ümläut #1?%20+.txt")).hasContent("text");
    assertThat(here.resolve("back/empty")).isEmptyFile();
  }

  @Test
  void syncTransfersOnlyWhatChanged() throws IOException {
    Path source = Files.createDirectories(here.resolve("source"));
    for (int i = 0; i < 20; i++) {
      write(source.resolve("file" + i), ("" + i).getBytes(UTF_8), "2020-01-01T00:00:00Z");
    }
    rclone("sync", "source", "door:synced").succeeded();
    write(source.resolve("file3"), "x".getBytes(UTF_8), "2020-01-01T00:00:01Z");
    Files.delete(source.resolve("file4"));

    String output = rclone("sync", "-v", "source", "door:synced").succeeded();

    assertThat(output).contains("file3: Copied").contains("file4: Deleted");
    assertThat(output.lines().filter(line -> line.contains(": Copied"))).hasSize(1);
    assertThat(rclone("lsf", "door:synced").succeeded().lines()).hasSize(19);
  }

  private static void write(Path file, byte[] content, String modified) throws IOException {
    Files.write(file, content);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse(modified)));
  }

  @BeforeEach
  void configure() throws IOException {
    Files.createFile(here.resolve("rclone.conf"));
  }

  private Program.Result rclone(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "env",
                "RCLONE_CONFIG=" + here.resolve("rclone.conf"),
                "RCLONE_CONFIG_DOOR_TYPE=webdav",
                "RCLONE_CONFIG_DOOR_VENDOR=owncloud",
                "RCLONE_CONFIG_DOOR_URL=" + doors.url(),
                "rclone"));
    command.addAll(Arrays.asList(arguments));
    return Program.run(here, Duration.ofMinutes(2), command.toArray(String[]::new));
  }
}
