package io.plasmafs.cli;

import io.plasmafs.client.LongWork;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// Shows a person at a terminal how far long work of the coordinator is: a bar for each stage. In a
/// pipe, or when asked to be quiet, nothing.
final class StageProgress implements AutoCloseable {
  private static final long WORTH_A_BAR = 1000;

  private final boolean visible;
  private @Nullable ProgressBar bar;
  private String stage = "";

  StageProgress(Session session) {
    this.visible = session.console().err().isTerminal() && !session.options().quiet();
  }

  void show(LongWork.Page page) {
    if (!visible) {
      return;
    }
    if (!page.stage().equals(stage)) {
      close();
      stage = page.stage();
    }
    if (bar == null && page.total() >= WORTH_A_BAR) {
      ProgressBarBuilder builder =
          ProgressBar.builder()
              .setTaskName(stage)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .clearDisplayOnFinish()
              .setInitialMax(page.total());
      bar = (stage.equals("bytes") ? builder.setUnit(" MiB", 1 << 20) : builder).build();
    }
    if (bar != null) {
      bar.stepTo(Math.min(page.done(), page.total()));
    }
  }

  /// Takes the bar from the terminal.
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
