package io.plasmafs.oncrpc;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;

/// How much has to arrive before the system wakes the event loop of a client's connection:
/// anything, or, of a long record whose beginning is there, all that is to come. Without it each
/// few packets would wake it, which costs more than their bytes. This is SO_RCVLOWAT of socket(7),
/// which Linux heeds for TCP when it polls, as far as the receive buffer and its memory allow;
/// other connections are always woken by anything.
///
/// The receive buffer has to hold more than the mark by the longest segment of the peer: else the
/// peer may wait for room for one while we wait for what it holds. So it is made to hold twice the
/// highest mark before the first one is set. It must not be left full either, so this is not for
/// servers, which stop reading when they have enough to do.
///
/// What has arrived is not known meanwhile: whoever judges the pace of the peer calls [#lower()]
/// before, and then the rest of that record is received as it comes.
///
/// Used by one event loop.
final class LowWater {
  private static final int MOST = 1 << 20;
  private static final int SOL_SOCKET = 1;
  private static final IntegerUnixChannelOption SO_RCVLOWAT =
      new IntegerUnixChannelOption("SO_RCVLOWAT", SOL_SOCKET, 18);

  private final Channel channel;
  private final boolean able;
  private int mark = 1;
  private boolean roomy;
  private boolean lowered;

  LowWater(Channel channel) {
    this.channel = channel;
    this.able = channel instanceof EpollSocketChannel;
  }

  /// Sets the mark for what is to come. To be called whenever bytes were fed to the assembler.
  void expect(RecordAssembler record) {
    if (!record.hasMemory()) {
      lowered = false;
      set(1);
    } else if (!lowered) {
      if (!roomy) {
        roomy = true;
        set(2 * MOST); // the kernel lets the buffer grow to the highest mark ever set
      }
      set(Math.min(MOST, record.bytesToCome()));
    }
  }

  /// Has all be read that has arrived, and what arrives of this record from now on.
  ///
  /// @return whether there may be something that was not read yet
  boolean lower() {
    if (mark == 1) {
      return false;
    }
    lowered = true;
    set(1);
    return true;
  }

  private void set(int bytes) {
    if (able && bytes != mark && channel.isOpen()) {
      mark = bytes;
      channel.config().setOption(SO_RCVLOWAT, bytes);
    }
  }
}
