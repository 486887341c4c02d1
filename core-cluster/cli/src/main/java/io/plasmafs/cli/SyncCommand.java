package io.plasmafs.cli;

import io.plasmafs.client.tree.SyncDownload;
import io.plasmafs.client.tree.SyncListener;
import io.plasmafs.client.tree.SyncOptions;
import io.plasmafs.client.tree.SyncOptions.Comparison;
import io.plasmafs.client.tree.SyncSummary;
import io.plasmafs.client.tree.SyncUpload;
import io.plasmafs.client.tree.TreeOptions;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma sync`: only what differs.
@Command(
    name = "sync",
    description = {
      "Make DST like SRC, and copy only what differs.",
      "What is local is written file:PATH. A file is taken for unchanged if its length and its time"
          + " of modification are, unless another comparison is chosen. SRC and DST are the trees"
          + " themselves: nothing is put into DST under the name of SRC."
    })
final class SyncCommand extends UserCommand {
  @Option(names = "--delete", description = "Remove what SRC does not have.")
  boolean delete;

  @ArgGroup(exclusive = true)
  HowCompared how = new HowCompared();

  /// One of these, or none.
  static final class HowCompared {
    @Option(names = "--size-only", description = "Compare lengths alone.")
    boolean size;

    @Option(
        names = {"-c", "--checksum"},
        description = "Compare contents instead of times.")
    boolean checksum;

    @Option(
        names = "--versions",
        paramLabel = "FILE",
        description =
            "Compare versions with those of which FILE, a local file that is made if it is missing,"
                + " remembers that the contents were the same, and contents where it does not"
                + " know.")
    Optional<Path> versions = Optional.empty();

    Comparison comparison() {
      if (versions.isPresent()) {
        return new Comparison.ByVersion(versions.get());
      }
      if (size) {
        return new Comparison.BySize();
      }
      return checksum ? new Comparison.ByContent() : new Comparison.ByTime();
    }
  }

  @Option(
      names = "--atomic",
      description = "Into the cluster: all of it in one transaction, or nothing.")
  boolean atomic;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Change nothing, and list what would be.")
  boolean dryRun;

  @Option(
      names = "--replication",
      paramLabel = "R",
      description = "Copies of each block of new files. Default: the cluster's.")
  int replication;

  @Option(names = "--json", description = "Say in JSON what was done.")
  boolean json;

  @Parameters(index = "0", paramLabel = "SRC", description = "From where: PATH or file:PATH.")
  String source;

  @Parameters(index = "1", paramLabel = "DST", description = "To where: PATH or file:PATH.")
  String destination;

  @Override
  void check() {
    boolean localDestination = LocalPaths.isNamed(destination);
    if (LocalPaths.isNamed(source) && localDestination) {
      throw misuse("SRC and DST are both local: one of them must be in the cluster");
    }
    if (localDestination && atomic) {
      throw misuse("--atomic: the local disk has no transactions");
    }
    if (localDestination && replication != 0) {
      throw misuse("--replication: the local disk keeps one copy");
    }
    if (replication < 0) {
      throw misuse("--replication " + replication + ": at least 1 copy is needed");
    }
  }

  @Override
  void run(Session session) throws IOException {
    if (session.isScripted()) {
      throw new CommandFailure("sync has transactions of its own; use put or cp in a script");
    }
    TreeOptions usual = TreeOptions.DEFAULT;
    SyncOptions options =
        new SyncOptions(
            delete,
            how.comparison(),
            atomic,
            dryRun,
            new TreeOptions(true, false, true, replication, usual.fanOut()));
    SyncSummary summary;
    try (Progress progress = new Progress("sync", session)) {
      summary = run(session, options, new Differences(session, progress));
    } catch (FsException e) {
      if (atomic || e.status() != FsStatus.ECONFLICT) {
        throw e;
      }
      throw new CommandFailure(
          e.getMessage() + "; what was done before stays, the same command goes on from there", e);
    }
    if (json) {
      Json.document(session.out(), document -> write(document, summary));
    } else {
      session.summary(text(summary));
    }
  }

  private SyncSummary run(Session session, SyncOptions options, SyncListener listener)
      throws IOException {
    if (LocalPaths.isNamed(destination)) {
      Path to = LocalPaths.named(destination);
      return new SyncDownload(session.client(), options, listener)
          .run(session.single(source), Files.isDirectory(to) ? to.toRealPath() : to);
    }
    FsPath to = session.single(destination);
    SyncUpload upload = new SyncUpload(session.client(), options, listener);
    if (!LocalPaths.isNamed(source)) {
      return upload.run(session.single(source), to);
    }
    Path from = LocalPaths.named(source);
    if (!Files.exists(from, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(source);
    }
    return upload.run(from.toRealPath(), to);
  }

  private void write(Json document, SyncSummary summary) throws IOException {
    document.field("dryRun", dryRun);
    document.field("copied", summary.copied());
    document.field("bytes", summary.bytes());
    document.field("touched", summary.touched());
    document.field("removed", summary.removed());
    document.field("unchanged", summary.same());
  }

  private String text(SyncSummary summary) {
    return (dryRun ? "would be: " : "")
        + summary.copied()
        + " copied ("
        + Counts.bytes(summary.bytes())
        + "), "
        + summary.touched()
        + " touched, "
        + summary.removed()
        + " removed, "
        + summary.same()
        + " unchanged";
  }

  /// Lists what is different, if nothing is to be done about it or more is to be told.
  private final class Differences implements SyncListener {
    private final Session session;
    private final Progress progress;

    Differences(Session session, Progress progress) {
      this.session = session;
      this.progress = progress;
    }

    private void line(Difference difference, String place) {
      if (!json && (dryRun || session.options().verbose())) {
        session.out().line("%-6s %s".formatted(difference.name().toLowerCase(Locale.ROOT), place));
      }
    }

    @Override
    public void differs(Difference difference, FsPath place) {
      line(difference, session.out().shown(place));
    }

    @Override
    public void differs(Difference difference, Path place) {
      line(difference, LocalPaths.text(place));
    }

    @Override
    public void planned(long objects, long bytes) {
      progress.planned(objects, bytes);
    }

    @Override
    public void bytes(long count) {
      progress.bytes(count);
    }

    @Override
    public void done() {
      progress.done();
    }

    @Override
    public void skipped(Path local, String reason) {
      progress.skipped(local, reason);
    }
  }
}
