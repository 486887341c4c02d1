package io.plasmafs.oncrpc;

import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Socket addresses in the words of the JDK.
final class Addresses {
  private static final UnixDomainSocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  /// `finishConnect(..) failed with error(-111): `, which Netty puts before what the system said.
  private static final Pattern SYSTEM_CALL =
      Pattern.compile("^(?:syscall:)?\\w+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

  /// `: /127.0.0.1:2727`, which Netty adds; our messages name the peer themselves.
  private static final Pattern PEER = Pattern.compile(": \\S*/\\S*$");

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

  /// Why a connection failed, in the words of the operating system: `Connection refused`.
  static String reason(Throwable failure) {
    if (failure instanceof UnknownHostException) {
      return "no such host is known"; // the system's message is the name
    }
    String said = failure.getMessage();
    if (said == null || said.isBlank()) {
      return failure.getClass().getSimpleName();
    }
    return PEER.matcher(SYSTEM_CALL.matcher(said).replaceFirst("")).replaceFirst("");
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
