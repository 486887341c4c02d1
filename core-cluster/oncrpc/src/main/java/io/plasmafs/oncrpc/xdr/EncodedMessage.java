package io.plasmafs.oncrpc.xdr;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/// An encoded value: buffers and file regions in the order in which they go to the socket.
///
/// Has one owner, who either writes it or releases it, once.
public final class EncodedMessage {
  private final Object[] parts;
  private final long bytes;

  EncodedMessage(Object[] parts, long bytes) {
    this.parts = parts;
    this.bytes = bytes;
  }

  /// Length of all parts together.
  public long bytes() {
    return bytes;
  }

  /// Number of parts.
  public int partCount() {
    return parts.length;
  }

  /// One part, a `ByteBuf` or a `FileRegion`; still owned by this message.
  public Object part(int index) {
    return parts[index];
  }

  /// Overwrites four bytes of the first part, which is always a buffer.
  public void setInt(int index, int value) {
    ((ByteBuf) parts[0]).setInt(index, value);
  }

  /// Writes all parts without a flush. Their ownership passes to the channel.
  ///
  /// @param promise what each write gets, usually a void promise
  public void writeTo(ChannelOutboundInvoker channel, ChannelPromise promise) {
    for (Object part : parts) {
      channel.write(part, promise);
    }
  }

  /// Gives up all parts.
  public void release() {
    for (Object part : parts) {
      ReferenceCountUtil.release(part);
    }
  }
}
