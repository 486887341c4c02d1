package io.plasmafs.cli;

import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `plasma cat`.
@Command(
    name = "cat",
    description = "Write files to standard output. A FILE of - is standard input.")
final class CatCommand extends UserCommand {
  private static final int BUFFER_BYTES = 256 << 10;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files, one after the other.")
  List<String> paths;

  @Override
  void run(Session session) throws IOException {
    for (String path : paths) {
      if (path.equals("-")) {
        session.console().in().transferTo(session.out());
      } else {
        session.forEach(List.of(path), file -> copyOut(session, file));
      }
    }
  }

  /// Writes a file to standard output.
  static void copyOut(Session session, FsPath file) throws IOException {
    Attributes attributes = session.files().stat(file);
    if (attributes.isDirectory()) {
      throw new FsException(FsStatus.EISDIR, FsStatus.EISDIR.text());
    }
    try (PlasmaInputStream in = session.files().openInput(Location.of(attributes.inode()))) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        session.out().write(buffer, 0, n);
      }
    }
  }
}
