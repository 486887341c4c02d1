package io.plasmafs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NamesTest {
  private static final byte[] ODD = {'a', (byte) 0xff, 0x1b, '[', 'm'};

  @Test
  void namesAreRawInAPipeAndEscapedOnATerminal() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Output pipe = new Output(bytes, false);
    pipe.line(pipe.shown(Name.of(ODD)));
    pipe.flush();
    assertThat(bytes.toByteArray()).startsWith(ODD);

    Output terminal = new Output(new ByteArrayOutputStream(), true);
    assertThat(terminal.shown(Name.of(ODD))).isEqualTo("a\\xff\\x1b[m");
    assertThat(terminal.shown(FsPath.of("/x/ü"))).isEqualTo("/x/ü");
  }

  @Test
  void localFilesCanHaveAnyName(@TempDir Path directory) throws Exception {
    Path file = LocalPaths.resolve(directory, Name.of(ODD));
    Files.writeString(file, "content");
    String argument = directory + "/" + ByteText.decode(ODD);
    assertThat(Files.readString(LocalPaths.of(argument))).isEqualTo("content");
    assertThat(LocalPaths.text(LocalPaths.of(argument))).isEqualTo(argument);
  }

  @Test
  void argumentsThatTheJvmCouldNotDecodeComeFromTheSystem() {
    byte[] commandLine =
        "java\0-cp\0x\0Main\0put\0gr\u00fcn\0/\u00ff\0".getBytes(StandardCharsets.ISO_8859_1);
    String[] recovered =
        RawArguments.match(new String[] {"put", "gr\ufffdn", "/\ufffd"}, commandLine);
    assertThat(recovered).containsExactly("put", "gr\udcfcn", "/\udcff");
    assertThat(ByteText.encode(recovered[1]))
        .isEqualTo("gr\u00fcn".getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void argumentsThatDoNotFitAreLeftAlone() {
    String[] args = {"put", "gr\ufffdn"};
    assertThat(RawArguments.match(args, "java\0get\0x\0".getBytes(StandardCharsets.US_ASCII)))
        .isSameAs(args);
  }

  @Test
  void pathsOfTheClusterStartAtTheRoot() {
    assertThat(ClusterPath.parse("a/b")).isEqualTo(FsPath.of("/a/b"));
    assertThat(ClusterPath.parse("//a/./b/../c/")).isEqualTo(FsPath.of("/a/c"));
    assertThat(ClusterPath.parse("..")).isEqualTo(FsPath.EMPTY);
    assertThat(ClusterPath.meansDirectory("a/")).isTrue();
    assertThat(ClusterPath.meansDirectory("a/..")).isTrue();
    assertThat(ClusterPath.meansDirectory("a..")).isFalse();
  }

  @Test
  void failuresNameTheirObjectOnceAndInOneLine() {
    assertThat(Failures.describe("/a", new FsException(FsStatus.ENOENT, "")))
        .isEqualTo("/a: no such file or directory");
    assertThat(Failures.describe("/a", new FsException(FsStatus.ENOENT, "/a: no such file")))
        .isEqualTo("/a: no such file");
    assertThat(Failures.describe("/", new FsException(FsStatus.EISDIR, "")))
        .isEqualTo("/: is a directory");
    assertThat(Failures.describe("/", new FsException(FsStatus.EINVAL, "/ cannot be removed")))
        .isEqualTo("/ cannot be removed");
    assertThat(Failures.describe("", new NoSuchFileException("x")))
        .isEqualTo("x: no such file or directory");
    assertThat(Failures.describe("/a", new FsException(FsStatus.EIO, "two\nlines\u001b[m")))
        .isEqualTo("/a: two lines\\x1b[m");
  }
}
