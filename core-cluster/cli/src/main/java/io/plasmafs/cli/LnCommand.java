package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma ln`.
@Command(name = "ln", description = "Give a file one more name, or make a symbolic link.")
final class LnCommand extends UserCommand {
  @Option(names = "-s", description = "A symbolic link, which keeps TARGET as it is written.")
  boolean symbolic;

  @Option(names = "-f", description = "Replace a file or link that has the name.")
  boolean force;

  @Parameters(index = "0", paramLabel = "TARGET", description = "What the link leads to.")
  String target;

  @Parameters(index = "1", paramLabel = "LINK", description = "The new name, or its directory.")
  String link;

  @Override
  void run(Session session) throws IOException {
    session.inTransaction(transaction -> {
      Destination to = Destination.of(session, transaction, link, 1, false);
      if (symbolic) {
        FsPath path = to.isDirectory() ? to.of(lastName(target)) : to.path();
        makeRoom(transaction, path);
        transaction.symlink(path, LinkTarget.of(ByteText.encode(target)));
      } else {
        FsPath existing = session.single(target);
        FsPath path = existing.isEmpty() ? to.path() : to.of(existing.last());
        makeRoom(transaction, path);
        transaction.link(existing, path);
      }
    });
  }

  private static Name lastName(String text) {
    FsPath path = ClusterPath.parse(text);
    if (path.isEmpty()) {
      throw new CommandFailure(text + ": has no name to call the link by; name the link");
    }
    return path.last();
  }

  private void makeRoom(Transaction transaction, FsPath path) {
    if (!force) {
      return;
    }
    Optional<Attributes> found = transaction.find(path);
    if (found.isPresent()) {
      transaction.unlink(path);
    }
  }
}
