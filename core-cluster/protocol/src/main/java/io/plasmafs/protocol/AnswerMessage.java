package io.plasmafs.protocol;

import io.plasmafs.model.operation.Answer;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrDecodingStream;
import org.acplt.oncrpc.XdrEncodingStream;
import org.jspecify.annotations.Nullable;

/// Result of COMPOUND: on the wire what the generated `compound_result` is, without its objects.
public final class AnswerMessage implements XdrAble {
  private @Nullable Answer answer;

  /// To be decoded.
  public AnswerMessage() {}

  /// To be encoded. Of a failure's message and conflicts what is beyond the bounds of the contract
  /// is cut off; anything else beyond them is noticed at encoding, as an [XdrException].
  public AnswerMessage(Answer answer) {
    this.answer = answer;
  }

  /// What was encoded or decoded.
  public Answer answer() {
    if (answer == null) {
      throw new IllegalStateException("the result of COMPOUND was not decoded yet");
    }
    return answer;
  }

  @Override
  public void xdrEncode(XdrEncodingStream xdr) throws XdrException {
    AnswerCodec.write(NettyXdrEncodingStream.of(xdr), answer());
  }

  @Override
  public void xdrDecode(XdrDecodingStream xdr) throws XdrException {
    answer = AnswerCodec.read(NettyXdrDecodingStream.of(xdr));
  }
}
