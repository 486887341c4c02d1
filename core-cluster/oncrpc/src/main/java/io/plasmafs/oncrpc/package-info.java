/// ONC RPC version 2 (RFC 5531) with record marking, over TCP and Unix-domain sockets, at both
/// ends.
///
/// A call and its answer are one record each. Many calls are under way on a connection, and their
/// answers come in any order. Everything a peer can make large has a limit ([RpcLimits]) that is
/// tested before memory is taken.
///
/// ```
/// caller ── RpcClient ─────────── socket ─────────── ServerConnection ── RpcHandler
///           encode (any thread)                      RecordAssembler, decode (event loop)
///           decode (event loop)                      encode (any thread)
/// ```
///
/// **Where security will go.** The claim of a call is its [Credentials], which an [Authenticator]
/// judges before the call is dispatched. TLS is a handler in front of the connection, at the two
/// places where a channel is initialised ([RpcServer], [RpcClient]); with it, file ranges have to
/// be read instead of handed to `sendfile`. A SCRAM login is a program of its own whose outcome is
/// an attribute of the [RpcConnection], which the authenticator then looks at.
///
/// It must never know what a file, a block or a transaction is. Read [RpcClient], then [RpcServer].
@NullMarked
package io.plasmafs.oncrpc;

import org.jspecify.annotations.NullMarked;
