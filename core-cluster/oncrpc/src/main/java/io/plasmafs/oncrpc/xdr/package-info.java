/// XDR (RFC 4506) over Netty buffers: streams that check every length before they take memory, and
/// bulk data that is never copied.
///
/// It must never know what a call, a connection or a file is. Read
/// [io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream] first.
@NullMarked
package io.plasmafs.oncrpc.xdr;

import org.jspecify.annotations.NullMarked;
