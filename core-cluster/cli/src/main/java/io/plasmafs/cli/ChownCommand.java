package io.plasmafs.cli;

import io.plasmafs.model.operation.Operation.AttributeChanges;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma chown`.
@Command(name = "chown", description = "Change owner and group, in one transaction.")
final class ChownCommand extends UserCommand {
  @Option(names = "-R", description = "Of all below directories too.")
  boolean recursive;

  @Option(names = "-h", description = "Of symbolic links themselves.")
  boolean links;

  @Parameters(index = "0", paramLabel = "OWNER[:GROUP]", description = "Or :GROUP alone.")
  String who;

  @Parameters(index = "1..*", paramLabel = "PATH", arity = "1..*", description = "Files.")
  List<String> paths;

  @Override
  void check() {
    AttributeChanges unused = changes();
  }

  @Override
  void run(Session session) throws IOException {
    AttributeChanges changes = changes();
    new AttributeWalk(recursive, links).run(session, paths, before -> changes);
  }

  private AttributeChanges changes() {
    int colon = who.indexOf(':');
    String owner = colon < 0 ? who : who.substring(0, colon);
    String group = colon < 0 ? "" : who.substring(colon + 1);
    if (owner.isEmpty() && group.isEmpty()) {
      throw misuse(
          "'" + who + "' names neither owner nor group: write OWNER, OWNER:GROUP or :GROUP");
    }
    AttributeChanges changes = AttributeChanges.NONE;
    if (!owner.isEmpty()) {
      changes = changes.withOwner(owner);
    }
    return group.isEmpty() ? changes : changes.withGroup(group);
  }
}
