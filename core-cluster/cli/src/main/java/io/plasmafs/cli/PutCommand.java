package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.tree.TreeOptions;
import io.plasmafs.client.tree.TreeUpload;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma put`: one transaction, however much it is.
@Command(
    name = "put",
    description = {
      "Copy local files into the cluster, in one transaction.",
      "Either everything gets there or nothing. Modes and times are kept, symbolic links stay links"
          + " with -r. A SRC of - is standard input."
    })
final class PutCommand extends UserCommand {
  private static final int BUFFER_BYTES = 256 << 10;

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

  @Option(
      names = "--replication",
      paramLabel = "R",
      description = "Copies of each block. Default: the cluster's.")
  int replication;

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
  void check() {
    if (replication < 0) {
      throw misuse("--replication " + replication + ": at least 1 copy is needed");
    }
  }

  @Override
  void run(Session session) throws IOException {
    List<String> sources = arguments.subList(0, arguments.size() - 1);
    String destination = arguments.get(arguments.size() - 1);
    for (String source : sources) {
      checkSource(source);
    }
    long commit;
    try (Progress progress = new Progress("put", session)) {
      commit =
          session.inTransaction(transaction -> {
            Destination to =
                Destination.of(session, transaction, destination, sources.size(), recursive);
            for (String source : sources) {
              put(session, transaction, source, to, progress);
            }
          });
    } catch (FsException | IOException | CommandFailure e) {
      FsStatus status = Failures.status(e);
      boolean said =
          status == FsStatus.EUNKNOWN
              || status == FsStatus.ECONFLICT
              || status == FsStatus.ELONGTRANS
              || status == FsStatus.EFAILEDCOMMIT;
      if (said) {
        throw e;
      }
      throw new CommandFailure(Failures.describe(e) + "; nothing was put", e);
    }
    if (recursive || sources.size() > 1) {
      session.summary(
          "put "
              + Counts.of(files, "file", "files")
              + (links == 0 ? "" : ", " + Counts.of(links, "link", "links"))
              + ", "
              + Counts.bytes(bytes)
              + ", in one transaction"
              + (commit == 0 ? "" : " (commit " + commit + ")"));
    }
  }

  private void checkSource(String source) throws IOException {
    if (source.equals("-")) {
      return;
    }
    Path local = LocalPaths.of(source);
    if (!Files.exists(local, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(source);
    }
    if (Files.isDirectory(local) && !recursive) {
      throw new CommandFailure(source + ": is a directory; put -r puts it with all below it");
    }
  }

  private void put(
      Session session, Transaction transaction, String source, Destination to, Progress progress)
      throws IOException {
    if (source.equals("-")) {
      if (to.isDirectory()) {
        throw new CommandFailure(
            session.out().shown(to.path())
                + ": is a directory; standard input needs the name of a file");
      }
      putStream(session.console().in(), transaction, to.path());
      return;
    }
    Path local = LocalPaths.of(source);
    // As cp: a link that was named is followed, one that was found below is not.
    Path from = recursive ? local : local.toRealPath();
    TreeOptions options =
        new TreeOptions(!noPreserve, owners, !noClobber, replication, TreeOptions.DEFAULT.fanOut());
    TreeUpload.Summary summary =
        new TreeUpload(transaction, options, progress).copy(from, target(source, to));
    files += summary.files();
    links += summary.links();
    bytes += summary.bytes();
  }

  /// Under its own name; what has none, such as `.` or `/`, is the destination itself.
  private static FsPath target(String source, Destination to) {
    int end = source.length();
    while (end > 0 && source.charAt(end - 1) == '/') {
      end--;
    }
    String name = source.substring(source.lastIndexOf('/', end - 1) + 1, end);
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      return to.path();
    }
    return to.of(Name.of(ByteText.encode(name)));
  }

  private void putStream(InputStream in, Transaction transaction, FsPath target)
      throws IOException {
    WriteOptions options =
        WriteOptions.DEFAULT
            .withReplication(replication)
            .with(noClobber ? WriteOptions.How.CREATE_NEW : WriteOptions.How.TRUNCATE);
    try (PlasmaOutputStream out = transaction.openOutput(Location.of(target), options)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        bytes += n;
      }
    }
    files++;
  }
}
