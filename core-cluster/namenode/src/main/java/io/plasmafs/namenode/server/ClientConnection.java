package io.plasmafs.namenode.server;

import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.engine.Session;
import io.plasmafs.oncrpc.RpcConnection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the programs keep with a connection: the engine's session, and who acts on it.
///
/// Until clients log in, everyone is who they say they are. AUTH_SYS credentials carry numbers, and
/// users are names here, so they say nothing. A login will put its outcome in the place of
/// [#setPrincipal], and tell whether the connection may act for others ([#trusted]).
final class ClientConnection {
  private static final RpcConnection.Key<ClientConnection> KEY =
      new RpcConnection.Key<>("client", ClientConnection.class);

  /// Acts where nobody has said who acts; nothing is done in its name, see [#isAnonymous].
  private static final Principal NOBODY = new Principal("nobody", "nobody", Set.of());

  private final Engine engine;
  private final Session session;
  private volatile @Nullable Principal principal;

  private ClientConnection(Engine engine) {
    this.engine = engine;
    this.session = engine.openSession(NOBODY, trusted());
  }

  /// That of a connection. Made at its first call; ends with it, and aborts its transactions.
  static ClientConnection of(RpcConnection connection, Engine engine) {
    return connection.attribute(
        KEY,
        () -> {
          ClientConnection made = new ClientConnection(engine);
          connection.onClose(() -> engine.closeSession(made.session));
          return made;
        });
  }

  /// Whether transactions of the connection may name any principal.
  private static boolean trusted() {
    return true;
  }

  Session session() {
    return session;
  }

  void setPrincipal(Principal newPrincipal) {
    principal = newPrincipal;
    engine.setPrincipal(session, newPrincipal);
  }

  Optional<Principal> principal() {
    return Optional.ofNullable(principal);
  }

  /// Whether nobody has said in whose name this compound acts: neither the connection nor the
  /// beginning of the transaction.
  boolean isAnonymous(Compound compound) {
    if (principal != null) {
      return false;
    }
    if (compound.transaction() == 0) {
      return true;
    }
    // What comes later in a transaction has the principal of its beginning.
    return !compound.operations().isEmpty()
        && compound.operations().get(0) instanceof Operation.Begin begin
        && begin.principal().isEmpty();
  }
}
