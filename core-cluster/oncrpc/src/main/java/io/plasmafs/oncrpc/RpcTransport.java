package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;

/// The threads and buffers that connections share. Made and closed by `main`, handed to clients and
/// servers. Uses epoll where it can, NIO elsewhere.
public final class RpcTransport implements AutoCloseable {
  /// Of a Unix-domain socket, which does not size its buffer by itself as TCP does: with the usual
  /// 208 KiB two ends that move megabytes wake each other all the time. The system may grant less.
  static final int UNIX_BUFFER_BYTES = 1 << 20;

  /// Memory of long records that is kept for the next.
  private static final int KEPT_BYTES = 16 << 20;

  private final EventLoopGroup loops;
  private final boolean epoll;
  private final ByteBufAllocator allocator;
  private final RecordMemory recordMemory;

  private RpcTransport(EventLoopGroup loops, boolean epoll, ByteBufAllocator allocator) {
    this.loops = loops;
    this.epoll = epoll;
    this.allocator = allocator;
    this.recordMemory = new RecordMemory(allocator, KEPT_BYTES);
  }

  /// Starts event loops, native ones if the platform has them.
  ///
  /// @param threads number of event loops; one serves a small server well
  public static RpcTransport open(int threads) {
    return open(threads, Epoll.isAvailable(), PooledByteBufAllocator.DEFAULT);
  }

  /// Starts event loops that need nothing but the JDK.
  public static RpcTransport openPortable(int threads) {
    return open(threads, false, PooledByteBufAllocator.DEFAULT);
  }

  static RpcTransport open(int threads, boolean epoll, ByteBufAllocator allocator) {
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new RpcTransport(group(threads, handlers), epoll, allocator);
  }

  private static EventLoopGroup group(int threads, IoHandlerFactory handlers) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory("rpc", true), handlers);
  }

  /// Whether epoll is used.
  public boolean isNative() {
    return epoll;
  }

  /// Stops all event loops, and with them all connections; returns when they have ended.
  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    recordMemory.close();
  }

  EventLoopGroup loops() {
    return loops;
  }

  ByteBufAllocator allocator() {
    return allocator;
  }

  RecordMemory recordMemory() {
    return recordMemory;
  }

  ChannelFactory<Channel> channels(SocketAddress address) {
    boolean unix = address instanceof UnixDomainSocketAddress;
    if (epoll) {
      return unix ? EpollDomainSocketChannel::new : EpollSocketChannel::new;
    }
    return unix ? NioDomainSocketChannel::new : NioSocketChannel::new;
  }

  ChannelFactory<ServerChannel> serverChannels(SocketAddress address) {
    boolean unix = address instanceof UnixDomainSocketAddress;
    if (epoll) {
      return unix ? EpollServerDomainSocketChannel::new : EpollServerSocketChannel::new;
    }
    return unix ? NioServerDomainSocketChannel::new : NioServerSocketChannel::new;
  }

  /// The address as the channels of this transport want it.
  SocketAddress channelAddress(SocketAddress address) {
    return epoll && address instanceof UnixDomainSocketAddress unix
        ? new DomainSocketAddress(unix.getPath().toString())
        : address;
  }
}
