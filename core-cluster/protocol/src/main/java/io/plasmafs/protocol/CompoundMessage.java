package io.plasmafs.protocol;

import io.plasmafs.model.FsException;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import java.util.List;
import java.util.Optional;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrDecodingStream;
import org.acplt.oncrpc.XdrEncodingStream;
import org.jspecify.annotations.Nullable;

/// Arguments of COMPOUND: on the wire what the generated `compound_args` is, without its objects.
///
/// A client makes one of a [Compound]. A server makes an empty one, has it decoded, and then asks
/// for [#refusal] first: a name that cannot be one is no broken message, it has an [Answer].
public final class CompoundMessage implements XdrAble {
  private @Nullable Compound compound;
  private @Nullable Answer refusal;

  /// To be decoded.
  public CompoundMessage() {}

  /// To be encoded. A value beyond the bounds of the contract is noticed at encoding, as an
  /// [XdrException]; [Contracts#invalid] makes an EINVAL of that.
  public CompoundMessage(Compound compound) {
    this.compound = compound;
  }

  /// What was encoded or decoded.
  ///
  /// @throws FsException the reason, if [#refusal] is present
  public Compound compound() {
    if (refusal != null) {
      throw refusal.failure().orElseThrow().cause();
    }
    if (compound == null) {
      throw new IllegalStateException("the arguments of COMPOUND were not decoded yet");
    }
    return compound;
  }

  /// The answer to a compound of which an argument cannot be what it has to be (EBADPATH,
  /// ENAMETOOLONG, EINVAL): nothing of it was done.
  public Optional<Answer> refusal() {
    return Optional.ofNullable(refusal);
  }

  @Override
  public void xdrEncode(XdrEncodingStream xdr) throws XdrException {
    CompoundCodec.write(NettyXdrEncodingStream.of(xdr), compound());
  }

  @Override
  public void xdrDecode(XdrDecodingStream xdr) throws XdrException {
    NettyXdrDecodingStream in = NettyXdrDecodingStream.of(xdr);
    compound = null;
    refusal = null;
    try {
      compound = CompoundCodec.read(in);
    } catch (Refusal e) {
      while (in.remaining() > 0) {
        in.readInt("the rest of a refused compound");
      }
      refusal =
          new Answer(List.of(), Optional.of(new Answer.Failure(e.operation(), e.reason())), 0);
    }
  }
}
