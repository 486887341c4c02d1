package io.plasmafs.cli;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma rm`.
@Command(
    name = "rm",
    description = {
      "Remove files.",
      "Each PATH goes in one step, with -r and all below it too: nobody sees half of it."
    })
final class RmCommand extends UserCommand {
  @Option(
      names = {"-r", "-R"},
      description = "Directories, with all below them.")
  boolean recursive;

  @Option(names = "-f", description = "What is not there is removed.")
  boolean force;

  @Parameters(paramLabel = "PATH", arity = "0..*", description = "What to remove.")
  List<String> paths = List.of();

  @Override
  void check() {
    if (paths.isEmpty() && !force) {
      throw misuse("nothing is named to be removed");
    }
  }

  @Override
  void run(Session session) throws IOException {
    session.forEach(
        paths,
        path -> {
          try {
            remove(session, path);
          } catch (FsException e) {
            if (!force || e.status() != FsStatus.ENOENT) {
              throw e;
            }
          }
        });
  }

  private void remove(Session session, FsPath path) {
    if (path.isEmpty()) {
      throw new CommandFailure("/: the root cannot be removed; name what is in it");
    }
    if (recursive) {
      session.files().removeTree(path);
      return;
    }
    try {
      session.files().unlink(path);
    } catch (FsException e) {
      if (e.status() == FsStatus.EISDIR) {
        throw new CommandFailure(path + ": is a directory; rm -r removes it with all below it", e);
      }
      throw e;
    }
  }
}
