package io.plasmafs.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import org.acplt.oncrpc.XdrAble;

/// Values to bytes and back.
final class Wire {
  private Wire() {}

  static byte[] encode(XdrAble value) throws XdrException {
    try (NettyXdrEncodingStream out =
        new NettyXdrEncodingStream(UnpooledByteBufAllocator.DEFAULT)) {
      out.writeAll(value);
      EncodedMessage message = out.finish();
      ByteBuf all = Unpooled.buffer(Math.toIntExact(message.bytes()));
      for (int i = 0; i < message.partCount(); i++) {
        all.writeBytes(((ByteBuf) message.part(i)).duplicate());
      }
      message.release();
      byte[] bytes = new byte[all.readableBytes()];
      all.readBytes(bytes);
      return bytes;
    }
  }

  static <T extends XdrAble> T decode(T value, byte[] bytes) throws XdrException {
    new NettyXdrDecodingStream(Unpooled.wrappedBuffer(bytes)).readAll(value);
    return value;
  }
}
