package io.plasmafs.client;

import io.plasmafs.client.wire.CoordinatorLink;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.InodeId;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.counter;
import io.plasmafs.protocol.xdr.job_page;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Work that the coordinator does for an operator, and that goes on as long as somebody asks about
/// it. For one thread; only [#close] may be called by another.
///
/// ```java
/// try (LongWork check = client.check(InodeId.NONE, false)) {
///   LongWork.Page page;
///   do {
///     page = check.next();
///     page.findings().forEach(System.out::println);
///   } while (!page.finished());
/// }
/// ```
public final class LongWork implements AutoCloseable {
  private final CoordinatorLink coordinator;
  private final long job;
  private volatile boolean finished;

  LongWork(CoordinatorLink coordinator, long job) {
    this.coordinator = coordinator;
    this.job = job;
  }

  /// What has been told since the last call.
  ///
  /// @param finished nothing more will come
  /// @param stage what the work is at
  /// @param done of the stage
  /// @param total of the stage; 0 if that is not known
  /// @param figures sums until now, by name
  public record Page(
      boolean finished,
      String stage,
      long done,
      long total,
      List<Finding> findings,
      Map<String, Long> figures) {}

  /// Something that was found.
  ///
  /// @param kind words joined by hyphens, for programs
  /// @param inode that it concerns, or [InodeId#NONE]
  /// @param path of that inode, without a slash in front; empty if none is known
  /// @param datanode number of the one that it concerns; 0 if none
  /// @param block on that datanode; -1 if none
  /// @param index of the first block within the file; -1 if none
  /// @param count blocks
  /// @param message for people
  /// @param repair what was done about it; empty if nothing was
  public record Finding(
      String kind,
      InodeId inode,
      Bytes path,
      int datanode,
      long block,
      long index,
      int count,
      String message,
      String repair) {}

  /// Waits a little for something new.
  ///
  /// @throws FsException if the work has failed, was stopped, or the coordinator has started anew
  public Page next() {
    job_page page = Waiting.on(coordinator.session().thenCompose(session -> session.next(job)));
    finished |= page.finished;
    if (page.status != 0) {
      finished = true;
      throw new FsException(Conversion.status(page.status), page.message);
    }
    Map<String, Long> figures = new LinkedHashMap<>();
    for (counter figure : page.figures) {
      figures.put(figure.name, figure.value);
    }
    return new Page(
        page.finished,
        page.stage,
        page.done,
        page.total,
        Arrays.stream(page.findings)
            .map(f ->
                new Finding(
                    f.kind,
                    new InodeId(f.inode),
                    Bytes.wrap(f.path),
                    f.datanode,
                    f.block,
                    f.index,
                    f.count,
                    f.message,
                    f.repair))
            .toList(),
        figures);
  }

  /// Stops the work, unless it has ended.
  @Override
  public void close() {
    if (!finished) {
      finished = true;
      try {
        Waiting.on(
            coordinator
                .session()
                .thenCompose(session -> session.stop(job))
                .thenApply(stopped -> true));
      } catch (FsException e) {
        // it stops by itself when nobody asks about it
      }
    }
  }
}
