package io.plasmafs.client.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalNamesTest {
  private static final List<byte[]> ODD =
      List.of(
          new byte[] {(byte) 0xff, (byte) 0xfe, 'x'},
          "ümlaut €".getBytes(StandardCharsets.UTF_8),
          "new\nline\ttab".getBytes(StandardCharsets.US_ASCII),
          "100% \\ ?*\"'".getBytes(StandardCharsets.US_ASCII),
          " ".getBytes(StandardCharsets.US_ASCII),
          "-rf".getBytes(StandardCharsets.US_ASCII),
          "...".getBytes(StandardCharsets.US_ASCII),
          new byte[] {1, 2, 127, (byte) 0x80});

  @TempDir Path directory;

  @Test
  void namesKeepEveryByte() throws IOException {
    for (byte[] bytes : ODD) {
      Path path = LocalNames.resolve(directory, Name.of(bytes));
      Path unused = Files.createFile(path);
      assertThat(LocalNames.nameOf(path)).isEqualTo(Name.of(bytes));
    }
    try (Stream<Path> listed = Files.list(directory)) {
      assertThat(listed.map(LocalNames::nameOf).toList())
          .containsExactlyInAnyOrderElementsOf(ODD.stream().map(Name::of).toList());
    }
  }

  @Test
  void directoriesHaveNamesToo() throws IOException {
    Path child = LocalNames.resolve(directory, Name.of(ODD.get(0)));
    Path unused = Files.createDirectory(child);
    assertThat(LocalNames.nameOf(child)).isEqualTo(Name.of(ODD.get(0)));
  }

  @Test
  void linkTargetsKeepEveryByte() throws IOException {
    int number = 0;
    for (byte[] bytes : ODD) {
      for (String prefix : List.of("", "../", "/tmp/", "a/")) {
        byte[] start = prefix.getBytes(StandardCharsets.US_ASCII);
        byte[] target = new byte[start.length + bytes.length];
        System.arraycopy(start, 0, target, 0, start.length);
        System.arraycopy(bytes, 0, target, start.length, bytes.length);
        Path link = directory.resolve("link" + number++);
        Path unused = Files.createSymbolicLink(link, LocalNames.target(LinkTarget.of(target)));
        assertThat(LocalNames.targetOf(link)).isEqualTo(LinkTarget.of(target));
      }
    }
  }

  @Test
  void plainTargetsAreKept() throws IOException {
    Path link = directory.resolve("link");
    for (String target : List.of("x", ".", "..", "../..", "/", "/usr/share", "a/b/../c")) {
      Path unused = Files.createSymbolicLink(link, LocalNames.target(LinkTarget.of(target)));
      assertThat(LocalNames.targetOf(link).toString()).isEqualTo(target);
      Files.delete(link);
    }
  }
}
