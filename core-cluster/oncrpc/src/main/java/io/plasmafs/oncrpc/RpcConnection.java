package io.plasmafs.oncrpc;

import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/// One connection of a server. Safe for use by several threads.
public interface RpcConnection {
  /// The peer, for messages; a Unix-domain peer usually has no name of its own.
  String peer();

  /// The address at which the server was called.
  SocketAddress localAddress();

  /// Whether the peer is on this machine: Unix-domain socket or loopback address.
  boolean isLocal();

  /// Who is at the other end of a Unix-domain socket, by the kernel's word. Empty for TCP, and
  /// where the platform cannot tell.
  Optional<UnixPeer> unixPeer();

  /// What was stored under a key, or what `first` makes and stores if there is nothing yet.
  <T> T attribute(Key<T> key, Supplier<T> first);

  /// Runs `action` on the connection's event loop when it is closed, at once if it is closed
  /// already. Must not block.
  void onClose(Runnable action);

  /// Whether it is still there.
  boolean isOpen();

  /// Closes it; calls that are not answered stay unanswered.
  void close();

  /// Names something that is kept with a connection. Two keys are the same only if they are the
  /// same object.
  ///
  /// @param <T> type of what is kept
  final class Key<T> {
    private final String name;
    private final Class<T> type;

    /// @param name for messages
    /// @param type what is kept is an instance of it
    public Key(String name, Class<T> type) {
      this.name = name;
      this.type = type;
    }

    /// What is kept.
    public Class<T> type() {
      return type;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /// A process at the other end of a Unix-domain socket when it connected.
  record UnixPeer(int pid, int uid, int gid) {}
}
