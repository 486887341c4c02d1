package io.plasmafs.oncrpc;

import io.netty.channel.Channel;

/// Turns many flushes into few: while the event loop reads, they wait for the end of the burst;
/// otherwise for the tasks that the event loop has queued already. Used by the event loop only.
final class FlushGate {
  private final Channel channel;
  private boolean reading;
  private boolean wanted;
  private boolean scheduled;

  FlushGate(Channel channel) {
    this.channel = channel;
  }

  void readBegins() {
    reading = true;
  }

  void readEnds() {
    reading = false;
    if (wanted) {
      flush();
    }
  }

  void request() {
    wanted = true;
    if (!reading && !scheduled) {
      scheduled = true;
      channel.eventLoop().execute(this::run);
    }
  }

  /// Flushes at once, unless reading goes on.
  void now() {
    wanted = true;
    if (!reading) {
      flush();
    }
  }

  private void run() {
    scheduled = false;
    if (wanted && !reading) {
      flush();
    }
  }

  private void flush() {
    wanted = false;
    channel.flush();
  }
}
