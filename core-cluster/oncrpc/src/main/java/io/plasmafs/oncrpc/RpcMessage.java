package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBufAllocator;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import org.acplt.oncrpc.XdrAble;
import org.jspecify.annotations.Nullable;

/// The headers of calls and replies (RFC 5531 §9), and the record mark before them.
final class RpcMessage {
  static final int CALL = 0;
  static final int REPLY = 1;
  static final int RPC_VERSION = 2;

  static final int MSG_ACCEPTED = 0;
  static final int MSG_DENIED = 1;

  static final int SUCCESS = 0;
  static final int PROG_UNAVAIL = 1;
  static final int PROG_MISMATCH = 2;
  static final int PROC_UNAVAIL = 3;
  static final int GARBAGE_ARGS = 4;
  static final int SYSTEM_ERR = 5;

  static final int RPC_MISMATCH = 0;
  static final int AUTH_ERROR = 1;

  private static final int MARK_BYTES = 4;
  private static final int LAST_FRAGMENT = 0x8000_0000;

  private RpcMessage() {}

  /// A whole call, ready to be written.
  static EncodedMessage call(
      ByteBufAllocator allocator,
      int xid,
      RpcProgramVersion program,
      int procedure,
      int flavour,
      byte[] credentials,
      XdrAble arguments,
      int maxRecordBytes)
      throws XdrException {
    try (NettyXdrEncodingStream out = new NettyXdrEncodingStream(allocator)) {
      out.writeInt(0);
      out.writeInt(xid);
      out.writeInt(CALL);
      out.writeInt(RPC_VERSION);
      out.writeInt(program.program());
      out.writeInt(program.version());
      out.writeInt(procedure);
      out.writeInt(flavour);
      out.writeOpaque("credentials", credentials, Credentials.MAX_BYTES);
      out.writeLong(0); // verifier: AUTH_NONE, empty
      out.writeAll(arguments);
      return marked(out, maxRecordBytes);
    }
  }

  /// A successful reply with its result, if there is one.
  static EncodedMessage success(
      ByteBufAllocator allocator, int xid, @Nullable XdrAble result, int maxRecordBytes)
      throws XdrException {
    try (NettyXdrEncodingStream out = new NettyXdrEncodingStream(allocator)) {
      accepted(out, xid, SUCCESS);
      if (result != null) {
        out.writeAll(result);
      }
      return marked(out, maxRecordBytes);
    }
  }

  /// A reply that says why there is no result.
  static EncodedMessage failure(ByteBufAllocator allocator, int xid, int acceptStatus) {
    try (NettyXdrEncodingStream out = new NettyXdrEncodingStream(allocator)) {
      accepted(out, xid, acceptStatus);
      return marked(out);
    }
  }

  /// PROG_MISMATCH with the versions there are.
  static EncodedMessage programMismatch(ByteBufAllocator allocator, int xid, int low, int high) {
    try (NettyXdrEncodingStream out = new NettyXdrEncodingStream(allocator)) {
      accepted(out, xid, PROG_MISMATCH);
      out.writeInt(low);
      out.writeInt(high);
      return marked(out);
    }
  }

  /// A reply to a call of another version of ONC RPC.
  static EncodedMessage rpcMismatch(ByteBufAllocator allocator, int xid) {
    try (NettyXdrEncodingStream out = new NettyXdrEncodingStream(allocator)) {
      denied(out, xid, RPC_MISMATCH);
      out.writeInt(RPC_VERSION);
      out.writeInt(RPC_VERSION);
      return marked(out);
    }
  }

  /// A reply that refuses credentials.
  static EncodedMessage authError(
      ByteBufAllocator allocator, int xid, Authenticator.Verdict verdict) {
    try (NettyXdrEncodingStream out = new NettyXdrEncodingStream(allocator)) {
      denied(out, xid, AUTH_ERROR);
      out.writeInt(verdict.number());
      return marked(out);
    }
  }

  private static void accepted(NettyXdrEncodingStream out, int xid, int acceptStatus) {
    out.writeInt(0);
    out.writeInt(xid);
    out.writeInt(REPLY);
    out.writeInt(MSG_ACCEPTED);
    out.writeLong(0); // verifier: AUTH_NONE, empty
    out.writeInt(acceptStatus);
  }

  private static void denied(NettyXdrEncodingStream out, int xid, int rejectStatus) {
    out.writeInt(0);
    out.writeInt(xid);
    out.writeInt(REPLY);
    out.writeInt(MSG_DENIED);
    out.writeInt(rejectStatus);
  }

  private static EncodedMessage marked(NettyXdrEncodingStream out, int maxRecordBytes)
      throws XdrException {
    long recordBytes = out.length() - MARK_BYTES;
    if (recordBytes > maxRecordBytes) {
      throw new XdrException(
          "The message has " + recordBytes + " bytes, at most " + maxRecordBytes + " allowed");
    }
    return marked(out);
  }

  private static EncodedMessage marked(NettyXdrEncodingStream out) {
    int recordBytes = (int) (out.length() - MARK_BYTES);
    EncodedMessage message = out.finish();
    message.setInt(0, recordBytes | LAST_FRAGMENT);
    return message;
  }

  /// Decodes a result or arguments, with nothing left over. Bulk data stays with the stream.
  static void decode(NettyXdrDecodingStream in, XdrAble value) throws XdrException {
    try {
      in.readAll(value);
    } catch (XdrException e) {
      in.releaseBulk();
      throw e;
    }
  }
}
