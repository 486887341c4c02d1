package io.plasmafs.settings;

import java.net.InetSocketAddress;

/// An address of the form `host:port`, or `[v6]:port`.
///
/// @param host a name or an address, IPv6 without brackets
/// @param port from 0 to 65535; 0 where any will do
public record HostAndPort(String host, int port) {
  /// @throws IllegalArgumentException if the host is empty or there is no such port
  public HostAndPort {
    if (host.isEmpty() || port < 0 || port > 65535) {
      throw noAddress(host + ":" + port);
    }
  }

  /// Reads an address.
  ///
  /// @throws IllegalArgumentException if it has another form; the message is one line
  public static HostAndPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !isHost(text.substring(0, colon))) {
      throw noAddress(text);
    }
    try {
      return new HostAndPort(
          unwrapped(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw noAddress(text);
    }
  }

  /// Reads an address that may lack its port; an IPv6 address that does may lack its brackets.
  ///
  /// @throws IllegalArgumentException if it has another form; the message is one line
  public static HostAndPort parse(String text, int standardPort) {
    boolean bare = text.indexOf(':') != text.lastIndexOf(':') && !text.contains("]");
    boolean portless = text.indexOf(':') < 0 || text.endsWith("]");
    return bare || portless ? new HostAndPort(unwrapped(text), standardPort) : parse(text);
  }

  private static boolean isHost(String text) {
    return text.startsWith("[") ? text.endsWith("]") : text.indexOf(':') < 0;
  }

  private static String unwrapped(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static IllegalArgumentException noAddress(String text) {
    return new IllegalArgumentException("\"" + text + "\" is no address of the form host:port");
  }

  /// The same, with the port that any turned out to be.
  public HostAndPort orPort(int bound) {
    return port == 0 ? new HostAndPort(host, bound) : this;
  }

  /// The same for a socket; the host's name is not looked up.
  public InetSocketAddress unresolved() {
    return InetSocketAddress.createUnresolved(host, port);
  }

  /// The form that [#parse(String)] reads.
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
