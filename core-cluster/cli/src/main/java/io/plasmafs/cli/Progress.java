package io.plasmafs.cli;

import io.plasmafs.client.tree.TransferListener;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// Shows a person at a terminal how a transfer goes on; in a pipe, or when asked to be quiet,
/// nothing. Called by the threads of the transfer.
final class Progress implements TransferListener, AutoCloseable {
  /// What is done sooner needs no bar.
  private static final long WORTH_A_BAR_BYTES = 4L << 20;

  private static final long WORTH_A_BAR_OBJECTS = 200;

  private final String task;
  private final Session session;
  private final boolean visible;
  private final AtomicLong planned = new AtomicLong();
  private @Nullable ProgressBar bar;
  private boolean countsBytes;
  private long unplanned;

  Progress(String task, Session session) {
    this.task = task;
    this.session = session;
    this.visible = session.console().err().isTerminal() && !session.options().quiet();
  }

  @Override
  public synchronized void planned(long objects, long bytes) {
    boolean worthIt = bytes >= WORTH_A_BAR_BYTES || objects >= WORTH_A_BAR_OBJECTS;
    if (!visible || !worthIt) {
      return;
    }
    if (bar == null) {
      countsBytes = bytes >= WORTH_A_BAR_BYTES;
      bar = begin(0);
    }
    bar.maxHint(planned.addAndGet(countsBytes ? bytes : objects));
  }

  @Override
  public synchronized void bytes(long count) {
    unplanned += count;
    if (bar != null && countsBytes) {
      bar.stepBy(count);
    } else if (bar == null && visible && unplanned >= WORTH_A_BAR_BYTES) {
      // Nobody said how much there is to do: a bar without an end.
      countsBytes = true;
      bar = begin(-1);
      bar.stepBy(unplanned);
    }
  }

  private ProgressBar begin(long max) {
    ProgressBarBuilder builder =
        ProgressBar.builder()
            .setTaskName(task)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .clearDisplayOnFinish()
            .setInitialMax(max);
    return (countsBytes ? builder.setUnit(" MiB", 1 << 20) : builder.setUnit(" objects", 1))
        .build();
  }

  @Override
  public synchronized void done() {
    if (bar != null && !countsBytes) {
      bar.step();
    }
  }

  @Override
  public synchronized void skipped(Path local, String reason) {
    session
        .console()
        .err()
        .line("plasma: " + task + ": " + LocalPaths.text(local) + ": left out: " + reason);
    session.console().err().flush();
  }

  /// Takes the bar from the terminal.
  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
