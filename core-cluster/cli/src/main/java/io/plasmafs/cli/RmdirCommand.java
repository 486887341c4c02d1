package io.plasmafs.cli;

import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `plasma rmdir`.
@Command(name = "rmdir", description = "Remove empty directories.")
final class RmdirCommand extends UserCommand {
  @Parameters(paramLabel = "DIRECTORY", arity = "1..*", description = "Empty directories.")
  List<String> paths;

  @Override
  void run(Session session) throws IOException {
    session.forEach(paths, path -> session.files().rmdir(path));
  }
}
