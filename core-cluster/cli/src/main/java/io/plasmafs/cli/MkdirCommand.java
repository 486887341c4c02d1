package io.plasmafs.cli;

import io.plasmafs.cli.text.ModeChange;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma mkdir`.
@Command(name = "mkdir", description = "Make directories.")
final class MkdirCommand extends UserCommand {
  @Option(names = "-p", description = "Missing parents too; an existing directory is fine.")
  boolean parents;

  @Option(names = "-m", paramLabel = "MODE", description = "Permission bits. Default: 0755")
  @Nullable String mode;

  @Parameters(paramLabel = "DIRECTORY", arity = "1..*", description = "Directories to make.")
  List<String> paths;

  @Override
  void run(Session session) throws IOException {
    int bits = mode == null ? 0755 : ChmodCommand.parsed(this, mode).apply(0777, true);
    session.forEach(
        paths,
        path -> {
          if (parents) {
            session.files().mkdirs(path, bits);
          } else {
            session.files().mkdir(path, bits);
          }
        });
  }

  @Override
  void check() {
    if (mode != null) {
      ModeChange unused = ChmodCommand.parsed(this, mode);
    }
  }
}
