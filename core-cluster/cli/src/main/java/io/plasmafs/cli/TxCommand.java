package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.cli.text.Words;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `plasma tx`: a script whose commands share one transaction.
@Command(
    name = "tx",
    description = {
      "Run a script of commands in one transaction: all of them take effect, or none.",
      "One command a line, as it is typed after plasma; # begins a comment. Each sees what those"
          + " before it did. Two more are for scripts only:",
      "",
      "  write FILE TEXT      make TEXT and a new line its content",
      "  require PATH WHAT    commit only if it is then WHAT:",
      "                       present, absent, version N, content N",
      ""
    })
final class TxCommand extends UserCommand {
  /// A line longer than this is no command.
  private static final int MAX_LINE_BYTES = 1 << 20;

  @Parameters(
      arity = "0..1",
      paramLabel = "SCRIPT",
      description = "A local file. Default, or -: standard input")
  String script = "-";

  private int commands;

  @Override
  void run(Session session) throws IOException {
    long commit;
    if (script.equals("-")) {
      commit = session.inTransaction(tx -> run(session, tx, session.console().in()));
    } else {
      try (InputStream in = Files.newInputStream(LocalPaths.of(script))) {
        commit = session.inTransaction(tx -> run(session, tx, in));
      }
    }
    session.summary(
        Counts.of(commands, "command", "commands")
            + " in one transaction"
            + (commit == 0 ? ", which changed nothing" : " (commit " + commit + ")"));
  }

  private void run(Session session, Transaction transaction, InputStream stream)
      throws IOException {
    BufferedInputStream in = new BufferedInputStream(stream);
    int number = 0;
    for (String line = line(in); line != null; line = line(in)) {
      number++;
      String where = (script.equals("-") ? "line " : script + ":") + number;
      try {
        List<String> words = Words.of(line);
        if (!words.isEmpty()) {
          execute(session, transaction, words);
          commands++;
        }
      } catch (FsException | IOException | CommandFailure | IllegalArgumentException e) {
        boolean said = Failures.status(e) == FsStatus.ECONFLICT;
        throw new CommandFailure(
            where + ": " + Failures.describe(e) + (said ? "" : "; nothing was changed"), e);
      } catch (ParameterException e) {
        throw new CommandFailure(where + ": " + e.getMessage() + "; nothing was changed", e);
      }
    }
  }

  private static void execute(Session session, Transaction transaction, List<String> words)
      throws IOException {
    UserCommand command =
        NestedCommand.parse(
            session.console(),
            words,
            "a script",
            new ScriptCommands.Write(),
            new ScriptCommands.Require());
    CommonOptions options = CommonOptions.of(command.spec);
    options.quiet = true;
    command.run(session.within(transaction, command.name(), options));
  }

  private static @org.jspecify.annotations.Nullable String line(InputStream in) throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    int b = in.read();
    if (b < 0) {
      return null;
    }
    while (b >= 0 && b != '\n') {
      if (bytes.size() == MAX_LINE_BYTES) {
        throw new CommandFailure(
            "a line of the script is longer than " + MAX_LINE_BYTES + " bytes");
      }
      bytes.write(b);
      b = in.read();
    }
    String line = ByteText.decode(bytes.toByteArray());
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }
}
