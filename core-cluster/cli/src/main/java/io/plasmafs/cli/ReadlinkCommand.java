package io.plasmafs.cli;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `plasma readlink`.
@Command(name = "readlink", description = "Tell where symbolic links point.")
final class ReadlinkCommand extends UserCommand {
  @Parameters(paramLabel = "LINK", arity = "1..*", description = "Symbolic links.")
  List<String> paths;

  @Override
  void run(Session session) throws IOException {
    session.forEach(
        paths,
        path -> {
          var target = session.files().readLink(path);
          session
              .out()
              .line(
                  session.out().isTerminal()
                      ? target.toString()
                      : io.plasmafs.cli.text.ByteText.decode(target.bytes()));
        });
  }
}
