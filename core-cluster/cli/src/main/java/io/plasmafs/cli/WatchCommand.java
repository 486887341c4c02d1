package io.plasmafs.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma watch`: another command, again and again.
@Command(
    name = "watch",
    description = {
      "Run a command of plasma again and again, until it is interrupted.",
      "On a terminal each output takes the place of the one before. A failure ends it."
    })
final class WatchCommand extends UserCommand {
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Option(
      names = {"-n", "--interval"},
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Pause between two runs. Default: ${DEFAULT-VALUE}.")
  double seconds;

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "0",
      description = "End after N runs. Default: go on.")
  int times;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "1..*",
      description = "The command with its arguments.")
  List<String> command;

  @Override
  void check() {
    if (!(seconds >= 0.1 && seconds <= 86_400)) {
      throw misuse("-n " + seconds + ": between 0.1 and 86400 seconds are possible");
    }
    if (times < 0) {
      throw misuse("--times " + times + " is negative");
    }
  }

  @Override
  void run(Session session) throws IOException {
    if (session.isScripted()) {
      throw new CommandFailure("a script runs each command once");
    }
    for (int done = 0; times == 0 || done < times; done++) {
      if (done > 0) {
        pause();
      }
      if (session.out().isTerminal()) {
        session.out().bytes(CLEAR.getBytes(StandardCharsets.US_ASCII));
      }
      UserCommand nested = NestedCommand.parse(session.console(), command, "watch");
      Session again = session.again(nested.name(), CommonOptions.of(nested.spec));
      nested.run(again);
      session.out().flush();
      if (again.exitCode() != ExitCode.OK) {
        session.endAs(again);
        return;
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(Duration.ofMillis((long) (seconds * 1000)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted");
    }
  }
}
