package io.plasmafs.protocol;

import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrDecodingStream;
import org.acplt.oncrpc.XdrEncodingStream;

/// A result that is a status and nothing more.
public final class StatusMessage implements XdrAble {
  private FsStatus status;

  /// To be decoded.
  public StatusMessage() {
    this(FsStatus.OK);
  }

  /// To be encoded.
  public StatusMessage(FsStatus status) {
    this.status = status;
  }

  /// What was encoded or decoded.
  public FsStatus status() {
    return status;
  }

  @Override
  public void xdrEncode(XdrEncodingStream xdr) {
    NettyXdrEncodingStream.of(xdr).writeInt(status.code());
  }

  @Override
  public void xdrDecode(XdrDecodingStream xdr) throws XdrException {
    status = ValueCodec.status("the result", NettyXdrDecodingStream.of(xdr).readInt("the result"));
  }
}
