package io.plasmafs.protocol;

import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Names of users and groups of one message: the thousands of objects in it have few owners, who
/// thus share one string. Two names of the same hash have room side by side, so that the owner and
/// the group of one object never put each other out. Made for a message and dropped with it. Not
/// thread-safe.
final class NameCache {
  private static final int PAIRS = 16;

  private byte @Nullable [] @Nullable [] keys;
  private @Nullable String @Nullable [] values;

  /// Reads a string of UTF-8, at most `max` bytes.
  String read(NettyXdrDecodingStream in, String field, int max) throws XdrException {
    byte[] bytes = in.readOpaque(field, max);
    if (bytes.length == 0) {
      return "";
    }
    if (keys == null || values == null) {
      keys = new byte[2 * PAIRS][];
      values = new String[2 * PAIRS];
    }
    int newest = 2 * (Arrays.hashCode(bytes) & (PAIRS - 1));
    int oldest = newest + 1;
    for (int slot = newest; slot <= oldest; slot++) {
      String known = values[slot];
      if (known != null && Arrays.equals(keys[slot], bytes)) {
        return known;
      }
    }
    String text = decode(field, bytes);
    keys[oldest] = keys[newest];
    values[oldest] = values[newest];
    keys[newest] = bytes;
    values[newest] = text;
    return text;
  }

  private static String decode(String field, byte[] bytes) throws XdrException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw ValueCodec.wrong(field + " is not UTF-8, in " + bytes.length + " bytes", e);
    }
  }
}
