package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import java.util.List;

/// Who makes a call, as the call itself says (RFC 5531 §8.2). A claim, not a proof.
///
/// A new flavour is one more record here, with its number, its encoding, and its arm in [#decode].
public sealed interface Credentials {
  /// Longest credentials or verifier.
  int MAX_BYTES = 400;

  /// No claim.
  Credentials NONE = new None();

  /// The number of the flavour.
  int flavour();

  /// The opaque body that follows the flavour.
  byte[] body();

  /// AUTH_NONE (RFC 5531 §10.1).
  record None() implements Credentials {
    @Override
    public int flavour() {
      return 0;
    }

    @Override
    public byte[] body() {
      return new byte[0];
    }
  }

  /// AUTH_SYS (RFC 5531, appendix A). Anyone can claim anything: trust it only from peers that are
  /// trusted otherwise.
  ///
  /// @param stamp arbitrary
  /// @param machineName at most 255 bytes
  /// @param uid unsigned
  /// @param gid unsigned
  /// @param gids further groups, at most 16, unsigned
  record Sys(int stamp, String machineName, int uid, int gid, List<Integer> gids)
      implements Credentials {
    private static final int MAX_MACHINE_NAME = 255;
    private static final int MAX_GIDS = 16;

    /// Copies the list of groups.
    public Sys {
      gids = List.copyOf(gids);
      if (gids.size() > MAX_GIDS) {
        throw new IllegalArgumentException(
            "AUTH_SYS carries " + gids.size() + " groups, at most " + MAX_GIDS + " allowed");
      }
    }

    @Override
    public int flavour() {
      return 1;
    }

    @Override
    public byte[] body() {
      try (NettyXdrEncodingStream out =
          new NettyXdrEncodingStream(UnpooledByteBufAllocator.DEFAULT)) {
        out.writeInt(stamp);
        out.writeString("machine name", machineName, MAX_MACHINE_NAME);
        out.writeInt(uid);
        out.writeInt(gid);
        int[] groups = gids.stream().mapToInt(Integer::intValue).toArray();
        out.writeIntArray("gids", groups, MAX_GIDS);
        EncodedMessage message = out.finish();
        byte[] bytes = new byte[(int) message.bytes()];
        ((ByteBuf) message.part(0)).readBytes(bytes);
        message.release();
        return bytes;
      } catch (XdrException e) {
        throw new IllegalArgumentException("Cannot encode AUTH_SYS credentials", e);
      }
    }

    static Sys decode(NettyXdrDecodingStream in) throws XdrException {
      int stamp = in.readInt("stamp");
      String machineName = in.readString("machine name", MAX_MACHINE_NAME);
      int uid = in.readInt("uid");
      int gid = in.readInt("gid");
      int[] gids = in.readIntArray("gids", MAX_GIDS);
      if (in.remaining() != 0) {
        throw new XdrException(in.remaining() + " bytes are left over after AUTH_SYS credentials");
      }
      return new Sys(stamp, machineName, uid, gid, java.util.Arrays.stream(gids).boxed().toList());
    }
  }

  /// The credentials of a call.
  ///
  /// @throws XdrException if the flavour is unknown or the body does not fit it
  static Credentials decode(int flavour, byte[] body) throws XdrException {
    return switch (flavour) {
      case 0 -> NONE; // RFC 5531 §10.1: the body should be empty, and is ignored
      case 1 -> Sys.decode(new NettyXdrDecodingStream(Unpooled.wrappedBuffer(body)));
      default -> throw new XdrException("Authentication flavour " + flavour + " is unknown");
    };
  }
}
