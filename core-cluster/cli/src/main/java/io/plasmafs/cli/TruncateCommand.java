package io.plasmafs.cli;

import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma truncate`.
@Command(name = "truncate", description = "Cut files off, or extend them by a hole.")
final class TruncateCommand extends UserCommand {
  @Option(names = "-s", paramLabel = "SIZE", required = true, description = "For example 0 or 64k.")
  ByteSize size;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files.")
  List<String> paths;

  @Override
  void run(Session session) throws IOException {
    session.forEach(paths, path -> session.files().truncate(Location.of(path), size.bytes()));
  }
}
