package io.plasmafs.cli;

import io.plasmafs.client.LongWork;
import io.plasmafs.client.LongWork.Finding;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma fsck`: whether everything that is known of files fits together.
@Command(
    name = "fsck",
    description = "Check inodes, names, blocks and their copies against each other.",
    footer = {
      "",
      "Exit code: 0 all is well; 1 problems were found, repaired or not, or it could not be"
          + " checked;",
      "2 the command line makes no sense. Work may go on meanwhile. For superusers."
    })
final class FsckCommand extends UserCommand {
  @Option(
      names = "--repair",
      description =
          "Repair what can be repaired safely: make copies anew, correct the map of blocks.")
  boolean repair;

  @Option(names = "--json", description = "An object, for programs.")
  boolean json;

  @Parameters(
      paramLabel = "PATH",
      arity = "0..1",
      description = "Check only what is there and below; the map of blocks is left out then.")
  @Nullable String path;

  @Override
  void run(Session session) throws IOException {
    String below = path;
    InodeId root =
        below == null ? InodeId.NONE : session.files().stat(session.single(below)).inode();
    LongWork work = session.client().check(root, repair);
    if (json) {
      Json.document(session.out(), o -> write(o, session, work));
    } else {
      show(session, work);
    }
  }

  private static void write(Json o, Session session, LongWork work) throws IOException {
    Optional<FsException> failure = Optional.empty();
    Map<String, Long> sums = Map.of();
    try {
      sums = findings(o, session, work);
    } catch (FsException e) {
      failure = Optional.of(e);
    }
    long problems = sums.getOrDefault("problems", 0L);
    o.field("complete", failure.isEmpty());
    o.field("clean", failure.isEmpty() && problems == 0);
    for (String name : new String[] {"problems", "repaired", "inodes", "unlinked", "runs"}) {
      o.field(name, sums.getOrDefault(name, 0L));
    }
    if (problems > 0) {
      session.problem();
    }
    if (failure.isPresent()) {
      session.report("", failure.get());
    }
  }

  private static Map<String, Long> findings(Json o, Session session, LongWork work)
      throws IOException {
    Map<String, Long> sums = new LinkedHashMap<>();
    o.array(
        "findings",
        list ->
            sums.putAll(
                WatchedWork.follow(session, work, each -> list.object(f -> write(f, each)))));
    return sums;
  }

  private static void write(Json o, Finding finding) throws IOException {
    o.field("kind", finding.kind());
    if (!finding.inode().equals(InodeId.NONE)) {
      o.field("inode", finding.inode().value());
    }
    if (finding.path().length() > 0) {
      o.path("path", FsPath.of(finding.path().toArray()));
    }
    if (finding.datanode() > 0) {
      o.field("datanode", finding.datanode());
    }
    if (finding.datanode() > 0 && finding.block() >= 0) {
      o.field("block", finding.block());
    }
    if (finding.index() >= 0) {
      o.field("index", finding.index());
    }
    o.field("count", finding.count());
    o.field("message", finding.message());
    o.field("repair", finding.repair());
  }

  private static void show(Session session, LongWork work) throws IOException {
    Map<String, Long> sums =
        WatchedWork.follow(
            session, work, finding -> session.out().line(describe(session, finding)));
    long problems = sums.getOrDefault("problems", 0L);
    long repaired = sums.getOrDefault("repaired", 0L);
    session.summary(
        "checked "
            + Counts.of(sums.getOrDefault("inodes", 0L), "inode", "inodes")
            + " and "
            + Counts.of(sums.getOrDefault("runs", 0L), "run of blocks", "runs of blocks")
            + ": "
            + (problems == 0
                ? "no problems"
                : Counts.of(problems, "problem", "problems")
                    + (repaired == 0 ? "" : ", " + repaired + " taken care of")));
    if (problems > 0) {
      session.problem();
    }
  }

  private static String describe(Session session, Finding finding) {
    String where =
        finding.path().length() > 0
            ? session.out().shown(FsPath.of(finding.path().toArray()))
            : finding.inode().equals(InodeId.NONE)
                ? finding.datanode() > 0 && finding.block() < 0
                    ? "datanode-" + finding.datanode()
                    : "block map"
                : "inode " + finding.inode().value();
    String blocks =
        finding.index() < 0
            ? ""
            : " (block "
                + finding.index()
                + (finding.count() > 1 ? " to " + (finding.index() + finding.count() - 1) : "")
                + ")";
    return where
        + ": "
        + finding.kind()
        + ": "
        + finding.message()
        + blocks
        + (finding.repair().isEmpty() ? "" : "; " + finding.repair());
  }
}
