package io.plasmafs.cli;

import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma cp`: within the cluster, or between it and the local disk.
@Command(
    name = "cp",
    description = {
      "Copy files within the cluster, or between it and the local disk.",
      "What is local is written file:PATH, and copied as put and get do it. Into the cluster, and"
          + " within it, all is one transaction."
    })
final class CpCommand extends UserCommand {
  /// Up to here a file is copied as a whole, with fewer calls than a stream needs.
  private static final int WHOLE_BYTES = 1 << 20;

  private static final int BUFFER_BYTES = 256 << 10;

  @Option(
      names = {"-r", "-R"},
      description = "Directories, with all below them.")
  boolean recursive;

  @Option(
      names = "-p",
      description =
          "Within the cluster: keep owners, groups, times and numbers of copies as well. To or from"
              + " the local disk: modes and times.")
  boolean preserve;

  @Option(
      names = {"-n", "--no-clobber"},
      description = "Fail if a file exists, instead of replacing its content.")
  boolean noClobber;

  @Parameters(
      paramLabel = "SRC... DST",
      arity = "2..*",
      hideParamSyntax = true,
      description = "From where and to where.")
  List<String> arguments;

  @Override
  void check() {
    Direction unused = Direction.of(this, arguments);
  }

  @Override
  void run(Session session) throws IOException {
    switch (Direction.of(this, arguments)) {
      case INTO_CLUSTER -> put().run(session);
      case OUT_OF_CLUSTER -> get().run(session);
      case WITHIN_CLUSTER -> copyWithin(session);
    }
  }

  private PutCommand put() {
    PutCommand put = new PutCommand();
    put.recursive = recursive;
    put.noClobber = noClobber;
    put.noPreserve = !preserve;
    put.arguments = LocalPaths.withoutScheme(arguments);
    return put;
  }

  private GetCommand get() {
    GetCommand get = new GetCommand();
    get.recursive = recursive;
    get.noClobber = noClobber;
    get.noPreserve = !preserve;
    get.arguments = LocalPaths.withoutScheme(arguments);
    return get;
  }

  private void copyWithin(Session session) throws IOException {
    session.inTransaction(transaction -> {
      List<FsPath> sources = new ArrayList<>();
      for (String source : arguments.subList(0, arguments.size() - 1)) {
        sources.addAll(session.expand(source));
      }
      Destination to =
          Destination.of(
              session, transaction, arguments.get(arguments.size() - 1), sources.size(), recursive);
      for (FsPath source : sources) {
        copy(transaction, source, source.isEmpty() ? to.path() : to.of(source.last()));
      }
    });
  }

  private void copy(Transaction transaction, FsPath source, FsPath target) throws IOException {
    Attributes attributes = recursive ? transaction.lstat(source) : transaction.stat(source);
    if (!attributes.isDirectory()) {
      copyOne(transaction, source, attributes, target);
      return;
    }
    if (!recursive) {
      throw new CommandFailure(source + ": is a directory; cp -r copies it with all below it");
    }
    if (target.startsWith(source)) {
      throw new CommandFailure(source + ": cannot be copied into itself, " + target);
    }
    if (transaction.find(target).isEmpty()) {
      transaction.copyTree(source, target, preserve);
      return;
    }
    List<Operation> directoryTimes = new ArrayList<>();
    try (Stream<TreeEntry> walk = transaction.walk(source)) {
      for (Iterator<TreeEntry> i = walk.iterator(); i.hasNext(); ) {
        TreeEntry entry = i.next();
        FsPath below =
            new FsPath(
                entry.path().names().subList(source.names().size(), entry.path().names().size()));
        FsPath copy = target.resolve(below);
        if (entry.attributes().isDirectory()) {
          copyDirectory(transaction, entry.attributes(), copy, directoryTimes);
        } else {
          copyOne(transaction, entry.path(), entry.attributes(), copy);
        }
      }
    }
    Batches.execute(transaction, directoryTimes);
  }

  private void copyDirectory(
      Transaction transaction, Attributes attributes, FsPath copy, List<Operation> times) {
    Optional<Attributes> found = Session.lookup(transaction, copy);
    if (found.isEmpty()) {
      transaction.mkdir(copy, attributes.mode());
    } else if (!found.get().isDirectory()) {
      throw new FsException(FsStatus.ENOTDIR, copy + ": not a directory");
    }
    if (preserve) {
      // At the end: what is put into the directory changes its time again.
      times.add(new Operation.SetAttributes(Location.of(copy), true, preserved(attributes)));
    }
  }

  private void copyOne(Transaction transaction, FsPath source, Attributes attributes, FsPath target)
      throws IOException {
    Optional<Attributes> found = transaction.find(target);
    if (found.isPresent()) {
      if (found.get().inode().equals(attributes.inode())) {
        throw new CommandFailure(source + " and " + target + " are the same file");
      }
      if (found.get().isDirectory()) {
        throw new FsException(FsStatus.EISDIR, target + ": is a directory in the way of a file");
      }
      if (noClobber) {
        throw new FsException(FsStatus.EEXIST, target + ": file exists");
      }
    }
    if (attributes.isSymlink()) {
      if (found.isPresent()) {
        transaction.unlink(target);
      }
      transaction.symlink(target, transaction.readLink(source));
      return;
    }
    copyContent(transaction, attributes, target);
    if (preserve) {
      transaction.setAttributes(target, preserved(attributes));
    }
  }

  private void copyContent(Transaction transaction, Attributes attributes, FsPath target)
      throws IOException {
    WriteOptions options =
        WriteOptions.DEFAULT
            .withMode(attributes.mode())
            .withReplication(preserve ? attributes.replication() : 0);
    Location from = Location.of(attributes.inode());
    if (attributes.size() <= WHOLE_BYTES) {
      transaction.write(Location.of(target), ByteBuffer.wrap(transaction.readAll(from)), options);
      return;
    }
    try (PlasmaInputStream in = transaction.openInput(from);
        PlasmaOutputStream out = transaction.openOutput(Location.of(target), options)) {
      out.expect(attributes.size());
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    }
  }

  private static AttributeChanges preserved(Attributes attributes) {
    return AttributeChanges.NONE
        .withMode(attributes.mode())
        .withOwner(attributes.owner())
        .withGroup(attributes.group())
        .withMtime(TimeChange.to(attributes.mtime()));
  }
}
