package io.plasmafs.oncrpc;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves programs at one or more addresses, TCP or Unix-domain. Safe for use by several threads.
public final class RpcServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RpcServer.class);
  private static final int BACKLOG = 1024;

  private final RpcLimits limits;
  private final Authenticator authenticator;
  private final Map<Integer, Versions> programs;
  private final Runnable afterBurst;
  private final List<Channel> listeners = new ArrayList<>();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AtomicInteger connectionCount = new AtomicInteger();
  private final AtomicLong receivedBytes = new AtomicLong();

  record Versions(Map<Integer, RpcProgram> byNumber, int lowest, int highest) {}

  private RpcServer(
      Collection<RpcProgram> programs,
      RpcLimits limits,
      Authenticator authenticator,
      Runnable afterBurst) {
    this.limits = limits;
    this.authenticator = authenticator;
    this.afterBurst = afterBurst;
    this.programs = byNumber(programs);
  }

  /// Begins to serve; returns when all addresses are bound.
  ///
  /// A socket file that nobody listens at any more is replaced.
  ///
  /// @param addresses of type `InetSocketAddress` (port 0 takes any that is free) or
  ///   `UnixDomainSocketAddress`
  /// @throws IOException if an address cannot be bound; then none is
  public static RpcServer bind(
      RpcTransport transport,
      List<? extends SocketAddress> addresses,
      Collection<RpcProgram> programs,
      RpcLimits limits,
      Authenticator authenticator)
      throws IOException {
    return bind(transport, addresses, programs, limits, authenticator, () -> {});
  }

  /// As the other `bind`, for programs whose handlers only queue what they are given.
  ///
  /// @param afterBurst runs on an event loop after all calls that had arrived together on a
  ///   connection were handed to their handlers; what is answered in it leaves with one flush
  public static RpcServer bind(
      RpcTransport transport,
      List<? extends SocketAddress> addresses,
      Collection<RpcProgram> programs,
      RpcLimits limits,
      Authenticator authenticator,
      Runnable afterBurst)
      throws IOException {
    RpcServer server = new RpcServer(programs, limits, authenticator, afterBurst);
    try {
      for (SocketAddress address : addresses) {
        server.listen(transport, address);
      }
    } catch (IOException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private static Map<Integer, Versions> byNumber(Collection<RpcProgram> programs) {
    Map<Integer, Map<Integer, RpcProgram>> all = new HashMap<>();
    for (RpcProgram program : programs) {
      Map<Integer, RpcProgram> versions =
          all.computeIfAbsent(program.id().program(), number -> new HashMap<>());
      if (versions.put(program.id().version(), program) != null) {
        throw new IllegalArgumentException(program.id() + " is given twice");
      }
    }
    Map<Integer, Versions> result = new HashMap<>();
    all.forEach((number, versions) ->
        result.put(
            number,
            new Versions(
                Map.copyOf(versions),
                versions.keySet().stream().min(Integer::compareUnsigned).orElseThrow(),
                versions.keySet().stream().max(Integer::compareUnsigned).orElseThrow())));
    return Map.copyOf(result);
  }

  private void listen(RpcTransport transport, SocketAddress address) throws IOException {
    if (address instanceof UnixDomainSocketAddress unix) {
      removeStale(unix);
    }
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(transport.loops())
            .channelFactory(transport.serverChannels(address))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.ALLOCATOR, transport.allocator())
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    limits.maxUndeliveredBytes() / 2, limits.maxUndeliveredBytes()))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel, transport.recordMemory());
                  }
                });
    if (address instanceof InetSocketAddress) {
      bootstrap
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true)
          .childOption(ChannelOption.SO_KEEPALIVE, true);
    } else {
      bootstrap.childOption(ChannelOption.SO_SNDBUF, RpcTransport.UNIX_BUFFER_BYTES);
    }
    var bound = bootstrap.bind(transport.channelAddress(address)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "Cannot listen at "
              + Addresses.describe(address)
              + ": "
              + Addresses.reason(bound.cause()),
          bound.cause());
    }
    listeners.add(bound.channel());
  }

  /// Removes a socket file that was left over by a process that has ended.
  private static void removeStale(UnixDomainSocketAddress address) throws IOException {
    Path path = address.getPath();
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isRegularFile(path) || Files.isDirectory(path)) {
      throw new IOException("Cannot listen at " + path + ": there is a file that is no socket");
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.connect(address);
    } catch (IOException nobodyListens) {
      Files.deleteIfExists(path);
      return;
    }
    throw new IOException("Cannot listen at " + path + ": another process does");
  }

  private void accept(Channel channel, RecordMemory memory) {
    int count = connectionCount.incrementAndGet();
    channel.closeFuture().addListener(closed -> connectionCount.decrementAndGet());
    if (count > limits.maxConnections()) {
      log.warn(
          "Refusing a connection of {}: there are {} already",
          Addresses.peer(channel),
          limits.maxConnections());
      channel.close();
      return;
    }
    connections.add(channel);
    // TLS goes here: an SslHandler in front of the connection.
    channel.pipeline().addLast(new ServerConnection(this, channel, memory));
  }

  /// Where it listens, in the order of [#bind], with the ports that were taken.
  public List<SocketAddress> addresses() {
    return listeners.stream().map(listener -> Addresses.of(listener.localAddress())).toList();
  }

  /// Number of connections now.
  public int connections() {
    return connectionCount.get();
  }

  /// Bytes of unanswered and unfinished calls now.
  public long receivedBytes() {
    return receivedBytes.get();
  }

  /// Stops listening, closes all connections, and returns when that is done.
  @Override
  public void close() {
    for (Channel listener : listeners) {
      SocketAddress address = Addresses.of(listener.localAddress());
      listener.close().awaitUninterruptibly();
      if (address instanceof UnixDomainSocketAddress unix) {
        try {
          Files.deleteIfExists(unix.getPath());
        } catch (IOException e) {
          log.warn("Cannot remove the socket file {}", unix.getPath(), e);
        }
      }
    }
    connections.close().awaitUninterruptibly();
  }

  RpcLimits limits() {
    return limits;
  }

  Runnable afterBurst() {
    return afterBurst;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  @Nullable Versions versions(int program) {
    return programs.get(program);
  }

  String name(int program, int version) {
    Versions versions = programs.get(program);
    RpcProgram found = versions == null ? null : versions.byNumber().get(version);
    return found == null ? "program " + Integer.toUnsignedString(program) : found.id().toString();
  }

  void charge(long bytes) {
    receivedBytes.addAndGet(bytes);
  }

  /// Whether so many bytes more would not make it overloaded.
  boolean hasRoom(long bytes) {
    return receivedBytes.get() + bytes <= limits.maxReceivedBytes();
  }

  boolean isOverloaded() {
    return !hasRoom(0);
  }
}
