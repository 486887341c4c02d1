package io.plasmafs.cli;

import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.tree.TreeDownload;
import io.plasmafs.client.tree.TreeOptions;
import io.plasmafs.client.tree.TreeUpload;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma get`.
@Command(
    name = "get",
    description = {
      "Copy files of the cluster to the local disk.",
      "Modes and times are kept, symbolic links stay links with -r. A DST of - is standard output."
    })
final class GetCommand extends UserCommand {
  @Option(
      names = {"-r", "-R"},
      description = "Directories, with all below them.")
  boolean recursive;

  @Option(
      names = {"-n", "--no-clobber"},
      description = "Fail if a file exists, instead of replacing it.")
  boolean noClobber;

  @Option(names = "--owners", description = "Keep owners and groups as well.")
  boolean owners;

  @Option(names = "--no-preserve", description = "Do not keep modes and times.")
  boolean noPreserve;

  @Parameters(
      paramLabel = "SRC... DST",
      arity = "2..*",
      hideParamSyntax = true,
      description = "From where and to where.")
  List<String> arguments;

  private long files;
  private long links;
  private long bytes;

  @Override
  void run(Session session) throws IOException {
    List<FsPath> sources = new ArrayList<>();
    for (String source : arguments.subList(0, arguments.size() - 1)) {
      sources.addAll(session.expand(source));
    }
    String destination = arguments.get(arguments.size() - 1);
    if (destination.equals("-")) {
      for (FsPath source : sources) {
        session.attempt(session.out().shown(source), () -> CatCommand.copyOut(session, source));
      }
      return;
    }
    LocalDestination to = LocalDestination.of(destination, sources.size(), recursive);
    try (Progress progress = new Progress("get", session)) {
      for (FsPath source : sources) {
        session.attempt(
            session.out().shown(source), () -> get(session, source, to.of(source), progress));
      }
    }
    if (recursive || sources.size() > 1) {
      session.summary(
          "got "
              + Counts.of(files, "file", "files")
              + (links == 0 ? "" : ", " + Counts.of(links, "link", "links"))
              + ", "
              + Counts.bytes(bytes));
    }
  }

  private void get(Session session, FsPath source, Path target, Progress progress)
      throws IOException {
    Attributes attributes = session.files().lstat(source);
    if (attributes.isSymlink() && !recursive) {
      getFollowing(session, source, target);
      return;
    }
    if (attributes.isDirectory() && !recursive) {
      throw new CommandFailure("is a directory; get -r gets it with all below it");
    }
    if (attributes.isRegular() && Files.isDirectory(target)) {
      throw new CommandFailure(LocalPaths.text(target) + " is a directory in its way");
    }
    TreeOptions options =
        new TreeOptions(!noPreserve, owners, !noClobber, 0, TreeOptions.DEFAULT.fanOut());
    TreeUpload.Summary summary =
        new TreeDownload(session.files(), options, progress).copy(source, target);
    files += summary.files();
    links += summary.links();
    bytes += summary.bytes();
  }

  /// As cp: without -r a link that was named is followed.
  private void getFollowing(Session session, FsPath source, Path target) throws IOException {
    Attributes attributes = session.files().stat(source);
    if (attributes.isDirectory()) {
      throw new CommandFailure("is a directory; get -r gets it with all below it");
    }
    if (noClobber && Files.exists(target)) {
      throw new FileAlreadyExistsException(LocalPaths.text(target));
    }
    try (PlasmaInputStream in = session.files().openInput(Location.of(attributes.inode()));
        OutputStream out = Files.newOutputStream(target)) {
      bytes += in.transferTo(out);
    } catch (FsException e) {
      throw new CommandFailure(Failures.describe(e), e);
    }
    files++;
  }
}
