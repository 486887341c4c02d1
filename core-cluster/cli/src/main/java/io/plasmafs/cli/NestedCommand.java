package io.plasmafs.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/// Commands that another command runs, given as they are typed after `plasma`.
final class NestedCommand {
  private NestedCommand() {}

  /// The command with its arguments, made and checked, but not run.
  ///
  /// @param runner what runs it, in words: it has chosen the cluster
  /// @param more commands that exist there only
  static UserCommand parse(Console console, List<String> words, String runner, Object... more) {
    Set<String> named = new LinkedHashSet<>(words);
    CommandLine line = PlasmaCommand.commandLine(console, named, more);
    ParseResult parsed = line.parseArgs(words.toArray(String[]::new));
    while (parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    Object object = parsed.commandSpec().userObject();
    boolean runsOthers = object instanceof TxCommand || object instanceof WatchCommand;
    if (!(object instanceof UserCommand command) || runsOthers) {
      throw new CommandFailure(words.get(0) + ": is no command for " + runner);
    }
    CommonOptions options = CommonOptions.of(command.spec);
    if (options.directory().isPresent()
        || options.namenodes().isPresent()
        || options.cluster().isPresent()) {
      throw new CommandFailure(
          words.get(0) + ": " + runner + " works with one cluster, which is chosen before");
    }
    command.check();
    return command;
  }
}
