package io.plasmafs.oncrpc;

import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/// Socket addresses in the words of the JDK.
final class Addresses {
  private static final UnixDomainSocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  private Addresses() {}

  static SocketAddress of(@Nullable SocketAddress address) {
    if (address instanceof DomainSocketAddress unix) {
      return UnixDomainSocketAddress.of(unix.path());
    }
    return address == null ? UNNAMED : address;
  }

  static String describe(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      return unix.getPath().toString().isEmpty() ? "unix socket" : "unix:" + unix.getPath();
    }
    if (address instanceof InetSocketAddress inet) {
      return inet.getHostString() + ":" + inet.getPort();
    }
    return address.toString();
  }

  /// The peer of a server's connection; a Unix-domain peer is called after the socket it came to.
  static String peer(Channel channel) {
    SocketAddress remote = of(channel.remoteAddress());
    return remote instanceof UnixDomainSocketAddress
        ? "peer at " + describe(of(channel.localAddress()))
        : describe(remote);
  }

  static boolean isLocal(Channel channel) {
    SocketAddress remote = channel.remoteAddress();
    if (remote instanceof InetSocketAddress inet) {
      return inet.getAddress().isLoopbackAddress();
    }
    return remote instanceof UnixDomainSocketAddress
        || remote instanceof DomainSocketAddress
        || (channel instanceof UnixChannel && remote == null);
  }
}
