package io.plasmafs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

final class PlasmaCommandTest {
  @TempDir Path home;
  private TestConsole console;

  @BeforeEach
  void setUp() {
    console = new TestConsole(home);
  }

  @Test
  void helpShowsAllCommandsByWhatTheyAreFor() {
    TestConsole.Result result = console.run("--help");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains("Looking at files:", "Copying data:", "Changing files:", "  put ", "  xattr ");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls",
        "tree",
        "stat",
        "find",
        "du",
        "df",
        "blocks",
        "readlink",
        "put",
        "get",
        "cat",
        "cp",
        "sync",
        "watch",
        "mkdir",
        "rm",
        "rmdir",
        "mv",
        "ln",
        "touch",
        "truncate",
        "chmod",
        "chown",
        "xattr",
        "tx",
        "status",
        "datanode",
        "fsck",
        "balance"
      })
  void everyCommandHasHelpThatNamesTheCommonOptions(String command) {
    TestConsole.Result result = console.run(command, "--help");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith("Usage: plasma " + command).contains("--dir=DIR");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "lss",
        "ls --foo",
        "put x",
        "mkdir",
        "rm",
        "chmod ux /a",
        "chmod u+x",
        "chown : /a",
        "mkdir -m 999 /a",
        "touch -d now -r /a /b",
        "du -s -a /",
        "mv --exchange /a /b /c",
        "find -type x",
        "find -size lots",
        "truncate /a",
        "truncate -s x /a",
        "xattr",
        "xattr get /a",
        "tree -L 0 /",
        "sync file:a file:b",
        "sync --atomic /a file:b",
        "sync --replication 2 /a file:b",
        "sync -c --size-only /a /b",
        "sync -c --versions v /a /b",
        "sync /a",
        "cp file:a file:b",
        "cp file:a /b /c",
        "mv file:a file:b",
        "mv /a file:b /c",
        "mv --exchange /a file:b",
        "watch -n 0 ls",
        "watch",
        "datanode",
        "datanode add",
        "fsck /a /b",
        "balance --threshold 0",
        "balance --threshold 100",
        "balance --bandwidth 0"
      })
  void aCommandLineWithoutSenseIsExitCode2(String line) {
    TestConsole.Result result = console.run(line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("plasma: ")
        .contains("--help' for more")
        .doesNotContain("\tat ");
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "truncate -s -5 /a,            -s': '-5' is no size",
    "truncate -s +100 /a,          -s': '+100' is no size",
    "balance --bandwidth -1,       --bandwidth': '-1' is no size",
    "balance --threshold much,     --threshold': 'much' is no number",
    "put --replication two a /b,   --replication': 'two' is no whole number",
    "put --replication 9999999999 a /b, --replication': '9999999999' is out of range",
    "find -maxdepth x /,           -maxdepth': 'x' is no whole number",
    "watch -n soon ls,             --interval': 'soon' is no number",
  })
  void whatIsNoValueIsToldWithoutTheWordsOfJava(String line, String said) {
    TestConsole.Result result = console.run(line.split(" "));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    assertThat(result.err())
        .contains(said)
        .doesNotContain("java.", "Exception", "ByteSize", "cannot convert", " int", "double");
  }

  @ParameterizedTest
  @ValueSource(strings = {"put", "get", "cp", "mv"})
  void synopsisNamesEachArgumentOnce(String command) {
    String synopsis = console.run(command, "--help").out().split("\\R\\R|\\.\\R", 2)[0];
    assertThat(synopsis).containsOnlyOnce("SRC... DST").doesNotContain("[SRC");
  }

  @Test
  void withoutAClusterOneLineSaysHowToStartOne() {
    TestConsole.Result result = console.run("ls", "/");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("plasma: ls: no cluster is known").contains("plasma up");
  }

  @ParameterizedTest
  @CsvSource({"--dir,DIR,ls,/", "ls,--dir,DIR,/", "ls,/,--dir,DIR"})
  void aClusterThatIsNotRunningIsOneLineWhereverTheOptionStands(
      String a, String b, String c, String d) throws IOException {
    Path directory = Files.createDirectory(home.resolve("c1"));
    Files.writeString(
        directory.resolve("cluster.properties"),
        "cluster=c1\nnamenodes=127.0.0.1:" + closedPort() + "\n");
    String[] args = {a, b, c, d};
    for (int i = 0; i < args.length; i++) {
      args[i] = args[i].equals("DIR") ? directory.toString() : args[i];
    }
    TestConsole.Result result = console.run(args);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .isEqualTo(
            "plasma: ls: cluster c1 in "
                + directory
                + " is not running; start it with plasma up --dir "
                + directory
                + System.lineSeparator());
  }

  @Test
  void aDirectoryWithoutAClusterSaysSo() {
    TestConsole.Result result = console.run("df", "--dir", home.toString());
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("there is no cluster in " + home, "plasma up --dir");
  }

  @Test
  void verboseShowsWhereAFailureComesFrom() {
    assertThat(console.run("ls", "-v", "/").err()).contains("\tat io.plasmafs");
    assertThat(console.run("-v", "ls", "/").err()).contains("\tat io.plasmafs");
  }

  @Test
  void optionsCountBeforeAndAfterTheNameAndTheInnerOneWins() {
    CommandLine line = PlasmaCommand.commandLine(consoleOfTest(), Set.of(), new Extra());
    ParseResult parsed =
        line.parseArgs(
            "--dir", "/outer", "--cluster", "c", "-q", "extra", "--dir", "/inner", "--no-glob");
    CommonOptions options = CommonOptions.of(parsed.subcommand().commandSpec());
    assertThat(options.directory()).contains(Path.of("/inner"));
    assertThat(options.cluster()).contains("c");
    assertThat(options.quiet()).isTrue();
    assertThat(options.noGlob).isTrue();
    assertThat(options.verbose()).isFalse();
  }

  @Test
  void commandsOfOthersStandInTheHelp() {
    CommandLine line = PlasmaCommand.commandLine(new Extra());
    assertThat(line.getUsageMessage()).contains("Running a cluster:", "extra", "Does more.");
  }

  @Test
  void onlyCommandsThatAreNamedAreMade() {
    CommandLine line = PlasmaCommand.commandLine(consoleOfTest(), Set.of("ls", "/"));
    assertThat(line.getSubcommands().keySet()).containsExactly("ls");
  }

  @Test
  void completionKnowsAllCommands() {
    TestConsole.Result result = console.run("generate-completion");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("plasma", "truncate", "--namenodes");
  }

  @Test
  void namenodesByOptionAndByDirectoryContradict() {
    TestConsole.Result result =
        console.run("ls", "--dir", home.toString(), "--namenodes", "localhost:1", "/");
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("both name a cluster");
  }

  private Console consoleOfTest() {
    return new Console(
        java.io.InputStream.nullInputStream(),
        new Output(java.io.OutputStream.nullOutputStream(), false),
        new Output(java.io.OutputStream.nullOutputStream(), false),
        java.util.Map.of(),
        home);
  }

  private static int closedPort() throws IOException {
    try (java.net.ServerSocket socket =
        new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// A command of another module.
  @Command(name = "extra", description = "Does more.")
  private static final class Extra implements Callable<Integer> {
    @Mixin final CommonOptions common = new CommonOptions();
    @Spec CommandSpec spec;

    @Override
    public Integer call() {
      return CommonOptions.of(spec).verbose() || common.quiet() ? 1 : 0;
    }
  }
}
