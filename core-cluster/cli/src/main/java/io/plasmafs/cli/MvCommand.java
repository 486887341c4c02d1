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

/// `plasma mv`: within the cluster, or between it and the local disk.
@Command(
    name = "mv",
    description = {
      "Move and rename files within the cluster, in one transaction, or between it and the local"
          + " disk.",
      "What is local is written file:PATH. It is removed where it was once it is safe where it is"
          + " to be; what others change meanwhile stays."
    })
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

  @Parameters(
      paramLabel = "SRC... DST",
      arity = "2..*",
      hideParamSyntax = true,
      description = "From where and to where.")
  List<String> arguments;

  @Override
  void check() {
    if (exchange && noClobber) {
      throw misuse("--exchange and --no-clobber contradict each other");
    }
    if (exchange && arguments.size() != 2) {
      throw misuse("--exchange needs two names, not " + arguments.size());
    }
    boolean within = Direction.of(this, arguments) == Direction.WITHIN_CLUSTER;
    if ((exchange || exactTarget) && !within) {
      throw misuse("--exchange and -T are for moves within the cluster");
    }
  }

  @Override
  void run(Session session) throws IOException {
    switch (Direction.of(this, arguments)) {
      case WITHIN_CLUSTER -> moveWithin(session);
      case INTO_CLUSTER -> moveIn(session);
      case OUT_OF_CLUSTER -> {
        checkUnscripted(session);
        new MoveOut(session, noClobber).run(LocalPaths.withoutScheme(arguments));
      }
    }
  }

  private static void checkUnscripted(Session session) {
    if (session.isScripted()) {
      throw new CommandFailure(
          "a script cannot move from or to the local disk, which has no transactions; use put or"
              + " get");
    }
  }

  private void moveIn(Session session) throws IOException {
    checkUnscripted(session);
    PutCommand put = new PutCommand();
    put.recursive = true;
    put.noClobber = noClobber;
    put.arguments = LocalPaths.withoutScheme(arguments);
    LocalRemoval removal = new LocalRemoval();
    for (String source : put.arguments.subList(0, put.arguments.size() - 1)) {
      removal.add(LocalPaths.of(source));
    }
    put.run(session);
    removal.run(session);
  }

  private void moveWithin(Session session) throws IOException {
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
