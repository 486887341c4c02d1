package io.plasmafs.namenode.server;

import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.Contract;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrDecodingStream;
import org.acplt.oncrpc.XdrEncodingStream;

/// The only argument of a procedure that takes a bare string, a name of a cluster or host.
public final class TextArgument implements XdrAble {
  private String text = "";

  /// To be decoded.
  public TextArgument() {}

  /// To be encoded.
  public TextArgument(String text) {
    this.text = text;
  }

  /// What was decoded.
  public String text() {
    return text;
  }

  @Override
  public void xdrEncode(XdrEncodingStream xdr) throws XdrException {
    NettyXdrEncodingStream.of(xdr).writeString("name", text, Contract.USER_MAX);
  }

  @Override
  public void xdrDecode(XdrDecodingStream xdr) throws XdrException {
    text = NettyXdrDecodingStream.of(xdr).readString("name", Contract.USER_MAX);
  }
}
