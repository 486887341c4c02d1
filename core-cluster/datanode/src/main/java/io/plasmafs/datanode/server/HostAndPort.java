package io.plasmafs.datanode.server;

import java.net.InetSocketAddress;

/// Addresses of the form `host:port`, `[v6]:port` too.
public final class HostAndPort {
  private HostAndPort() {}

  /// The address, its host's name not looked up.
  ///
  /// @throws IllegalArgumentException if it has another form
  public static InetSocketAddress unresolved(String address) {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "" : address.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = -1;
    try {
      port = Integer.parseInt(address.substring(colon + 1));
    } catch (NumberFormatException e) {
      // told below
    }
    if (host.isEmpty() || port < 0 || port > 65535) {
      throw new IllegalArgumentException("\"" + address + "\" is no address of the form host:port");
    }
    return InetSocketAddress.createUnresolved(host, port);
  }

  /// The form that [#unresolved] reads.
  public static String format(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
