package io.plasmafs.cli;

import io.plasmafs.cli.text.Times;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma touch`.
@Command(name = "touch", description = "Set the time of files; make them if they are missing.")
final class TouchCommand extends UserCommand {
  @Option(names = "-c", description = "Make nothing.")
  boolean noCreate;

  @Option(
      names = "-d",
      paramLabel = "TIME",
      description = "This time: 2026-03-01, '2026-03-01 12:30', with Z or +01:00, @SECONDS, now.")
  @Nullable String time;

  @Option(names = "-t", paramLabel = "STAMP", description = "This time: [[CC]YY]MMDDhhmm[.ss]")
  @Nullable String stamp;

  @Option(names = "-r", paramLabel = "FILE", description = "The time of this file.")
  @Nullable String reference;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files.")
  List<String> paths;

  @Override
  void check() {
    int given = (time == null ? 0 : 1) + (stamp == null ? 0 : 1) + (reference == null ? 0 : 1);
    if (given > 1) {
      throw misuse("-d, -t and -r all tell the time: give one of them");
    }
  }

  @Override
  void run(Session session) throws IOException {
    TimeChange change = change(session);
    session.forEach(paths, path -> touch(session, path, change));
  }

  private TimeChange change(Session session) {
    Times times = session.console().times();
    try {
      if (time != null) {
        return TimeChange.to(times.parse(time));
      }
      if (stamp != null) {
        return TimeChange.to(times.parseStamp(stamp));
      }
    } catch (IllegalArgumentException e) {
      throw misuse(String.valueOf(e.getMessage()));
    }
    return reference == null
        ? TimeChange.SERVER
        : TimeChange.to(session.files().stat(session.single(reference)).mtime());
  }

  private void touch(Session session, FsPath path, TimeChange change) throws IOException {
    session.inTransaction(transaction -> {
      Optional<Attributes> found = Session.lookup(transaction, path);
      if (found.isEmpty()) {
        if (noCreate) {
          return;
        }
        transaction.create(path, CreateMode.OPEN, 0644, 0);
        if (change.equals(TimeChange.SERVER)) {
          return;
        }
      }
      transaction.setAttributes(path, AttributeChanges.NONE.withMtime(change));
    });
  }
}
