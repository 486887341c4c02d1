package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.acplt.oncrpc.XdrAble;

/// A peer that may send what it likes, on a plain socket.
final class RawPeer implements AutoCloseable {
  private final SocketChannel channel;
  private final Socket socket;
  private final DataOutputStream out;
  private final DataInputStream in;

  RawPeer(SocketAddress address) throws IOException {
    channel = SocketChannel.open((InetSocketAddress) address);
    socket = channel.socket();
    socket.setSoTimeout((int) SampleServer.SOON.toMillis());
    socket.setTcpNoDelay(true);
    out = new DataOutputStream(socket.getOutputStream());
    in = new DataInputStream(socket.getInputStream());
  }

  void sendBytes(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void sendWords(int... words) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length);
    bytes.asIntBuffer().put(words);
    sendBytes(bytes.array());
  }

  /// Sends words as one record.
  void sendRecord(int... words) throws IOException {
    int[] all = new int[words.length + 1];
    all[0] = 0x8000_0000 | 4 * words.length;
    System.arraycopy(words, 0, all, 1, words.length);
    sendWords(all);
  }

  /// Receives one record as words.
  int[] receiveRecord() throws IOException {
    int length = in.readInt() & 0x7fff_ffff;
    int[] words = new int[length / 4];
    for (int i = 0; i < words.length; i++) {
      words[i] = in.readInt();
    }
    return words;
  }

  /// Sends the same call many times, as far as the server takes it.
  void sendWithoutBlocking(int times, int procedure, XdrAble arguments) throws Exception {
    EncodedMessage message =
        RpcMessage.call(
            UnpooledByteBufAllocator.DEFAULT,
            1,
            SampleServer.ID,
            procedure,
            0,
            new byte[0],
            arguments,
            1 << 20);
    ByteBuf bytes = (ByteBuf) message.part(0);
    channel.configureBlocking(false);
    ByteBuffer all = ByteBuffer.allocate(times * bytes.readableBytes());
    while (all.hasRemaining()) {
      all.put(bytes.nioBuffer());
    }
    channel.write(all.flip());
    message.release();
  }

  /// Waits until the server has closed the connection; what it says before does not matter.
  void awaitClosed() throws IOException {
    byte[] ignored = new byte[4096];
    try {
      while (in.read(ignored) >= 0) {
        // more
      }
    } catch (SocketException reset) {
      // that is closed, too
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
