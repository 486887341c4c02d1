package io.plasmafs.oncrpc;

/// Decides, before a call is dispatched, whether its credentials are good enough. The place where
/// SCRAM sessions and certificates will be looked up: both belong to the connection, which keeps
/// what was proved as an attribute.
public interface Authenticator {
  /// What is said of credentials (RFC 5531 §9, `auth_stat`).
  enum Verdict {
    /// Go on.
    ACCEPTED(0),
    /// Credentials that make no sense.
    BAD_CREDENTIALS(1),
    /// The client has to begin a new session.
    REJECTED_CREDENTIALS(2),
    /// A verifier that makes no sense.
    BAD_VERIFIER(3),
    /// The flavour is not good enough here.
    TOO_WEAK(5);

    private final int number;

    Verdict(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /// Takes any credentials that are well-formed.
  Authenticator ANY = call -> Verdict.ACCEPTED;

  /// Takes AUTH_SYS only; for procedures other than 0.
  Authenticator SYS =
      call ->
          call.procedure() == 0 || call.credentials() instanceof Credentials.Sys
              ? Verdict.ACCEPTED
              : Verdict.TOO_WEAK;

  /// Judges one call, on the event loop: must not block.
  Verdict check(RpcCall call);
}
