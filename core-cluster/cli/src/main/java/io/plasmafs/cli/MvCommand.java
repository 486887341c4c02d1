package io.plasmafs.cli;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.RenameMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma mv`.
@Command(name = "mv", description = "Move and rename files within the cluster, in one transaction.")
final class MvCommand extends UserCommand {
  @Option(
      names = {"-n", "--no-clobber"},
      description = "Fail if the new name exists, instead of replacing it.")
  boolean noClobber;

  @Option(names = "--exchange", description = "Let the two names change places.")
  boolean exchange;

  @Option(
      names = {"-T", "--no-target-directory"},
      description = "DST is the new name, even if it is a directory.")
  boolean exactTarget;

  @Parameters(paramLabel = "SRC... DST", arity = "2..*", description = "From where and to where.")
  List<String> arguments;

  @Override
  void check() {
    if (exchange && noClobber) {
      throw misuse("--exchange and --no-clobber contradict each other");
    }
    if (exchange && arguments.size() != 2) {
      throw misuse("--exchange needs two names, not " + arguments.size());
    }
  }

  @Override
  void run(Session session) throws IOException {
    RenameMode how =
        exchange ? RenameMode.EXCHANGE : noClobber ? RenameMode.NO_REPLACE : RenameMode.REPLACE;
    session.inTransaction(transaction -> {
      List<FsPath> sources = new ArrayList<>();
      for (String source : arguments.subList(0, arguments.size() - 1)) {
        sources.addAll(session.expand(source));
      }
      String last = arguments.get(arguments.size() - 1);
      Destination to =
          exchange || exactTarget
              ? new Destination(session.single(last), false)
              : Destination.of(session, transaction, last, sources.size(), true);
      if (!to.isDirectory() && sources.size() > 1) {
        throw new CommandFailure(last + ": several files need a directory to go to");
      }
      List<Operation> renames = new ArrayList<>();
      for (FsPath source : sources) {
        if (source.isEmpty()) {
          throw new CommandFailure("/: the root cannot be moved");
        }
        renames.add(
            new Operation.Rename(Location.of(source), Location.of(to.of(source.last())), how));
      }
      Batches.execute(transaction, renames);
    });
  }
}
