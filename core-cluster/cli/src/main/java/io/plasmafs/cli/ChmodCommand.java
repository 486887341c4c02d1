package io.plasmafs.cli;

import io.plasmafs.cli.text.ModeChange;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma chmod`.
@Command(name = "chmod", description = "Change permission bits, in one transaction.")
final class ChmodCommand extends UserCommand {
  @Option(names = "-R", description = "Of all below directories too.")
  boolean recursive;

  // Taken as it comes: go-w and -x are modes, not options.
  @Parameters(
      paramLabel = "MODE PATH...",
      arity = "2..*",
      hideParamSyntax = true,
      description = "Octal digits or changes such as u+rwX,go-w; then files.")
  List<String> arguments;

  @Override
  void check() {
    ModeChange unused = parsed(this, arguments.get(0));
  }

  @Override
  void run(Session session) throws IOException {
    ModeChange change = parsed(this, arguments.get(0));
    new AttributeWalk(recursive, false)
        .run(
            session,
            arguments.subList(1, arguments.size()),
            before ->
                AttributeChanges.NONE.withMode(change.apply(before.mode(), before.isDirectory())));
  }

  static ModeChange parsed(UserCommand command, String mode) {
    try {
      return ModeChange.parse(mode);
    } catch (IllegalArgumentException e) {
      throw command.misuse(String.valueOf(e.getMessage()));
    }
  }
}
