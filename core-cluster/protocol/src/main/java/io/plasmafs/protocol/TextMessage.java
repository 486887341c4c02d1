package io.plasmafs.protocol;

import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.Contract;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrDecodingStream;
import org.acplt.oncrpc.XdrEncodingStream;

/// Arguments that are one name: of a cluster, of a host. At most 255 bytes of UTF-8.
public final class TextMessage implements XdrAble {
  private String text;

  /// To be decoded.
  public TextMessage() {
    this("");
  }

  /// To be encoded.
  public TextMessage(String text) {
    this.text = text;
  }

  /// What was encoded or decoded.
  public String text() {
    return text;
  }

  @Override
  public void xdrEncode(XdrEncodingStream xdr) throws XdrException {
    NettyXdrEncodingStream.of(xdr).writeString("the argument", text, Contract.USER_MAX);
  }

  @Override
  public void xdrDecode(XdrDecodingStream xdr) throws XdrException {
    text = NettyXdrDecodingStream.of(xdr).readString("the argument", Contract.USER_MAX);
  }
}
