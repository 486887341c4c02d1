package io.plasmafs.datanode.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/// The first [#BYTES] of each file of a volume: they say whose file it is. All three files of a
/// volume carry the same header but for [Part], so that no file can be exchanged for another
/// store's.
///
/// | offset | bytes | content |
/// |---|---|---|
/// | 0 | 8 | `PLASMAFS` |
/// | 8 | 4 | format version, 1 |
/// | 12 | 4 | which file: 1 volume, 2 data, 3 records |
/// | 16 | 4 | block size |
/// | 20 | 4 | slice size |
/// | 24 | 4 | number of this volume, from 0 |
/// | 28 | 4 | number of volumes of the store |
/// | 32 | 8 | number of the first block |
/// | 40 | 8 | blocks of this volume |
/// | 48 | 16 | identity of the store |
/// | 64 | 4 | bytes of the cluster's name |
/// | 68 | 255 | the cluster's name, UTF-8, zeros behind |
/// | 508 | 4 | CRC32C of bytes 0 to 507 |
/// | 512 | 3584 | zeros |
///
/// Numbers are big-endian.
///
/// @param firstBlock number of its first block within the store
record VolumeHeader(
    String cluster,
    String identity,
    Geometry geometry,
    int volume,
    int volumes,
    long firstBlock,
    long blocks) {
  /// Bytes at the front of each file that are the header's: a page, so that blocks stay aligned.
  static final int BYTES = 4096;

  /// Most volumes of a store.
  static final int MAX_VOLUMES = 64;

  /// Most blocks of a volume: their index must have room in memory.
  static final long MAX_BLOCKS = 1L << 32;

  private static final byte[] MAGIC = "PLASMAFS".getBytes(UTF_8);
  private static final int VERSION = 1;
  private static final int CRC_OFFSET = 508;
  private static final int NAME_BYTES = 255;
  private static final HexFormat HEX = HexFormat.of();

  /// Which file of a volume it is. The numbers are those on disk.
  enum Part {
    VOLUME(1),
    DATA(2),
    RECORDS(3);

    private final int code;

    Part(int code) {
      this.code = code;
    }

    /// The file's name within the directory of the volume.
    String fileName() {
      return switch (this) {
        case VOLUME -> "volume";
        case DATA -> "data";
        case RECORDS -> "records";
      };
    }
  }

  VolumeHeader {
    int nameBytes = cluster.getBytes(UTF_8).length;
    if (nameBytes < 1 || nameBytes > NAME_BYTES) {
      throw new IllegalArgumentException("a cluster's name has 1 to 255 bytes, not " + nameBytes);
    }
    if (!identity.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException(
          "identity is \"" + identity + "\", expected 32 hexadecimal digits");
    }
    if (volume < 0 || volumes < 1 || volumes > MAX_VOLUMES || volume >= volumes) {
      throw new IllegalArgumentException("there is no volume " + volume + " of " + volumes);
    }
    if (blocks < 1 || blocks > MAX_BLOCKS || firstBlock < 0 || firstBlock > Long.MAX_VALUE / 2) {
      throw new IllegalArgumentException(
          "a volume cannot have " + blocks + " blocks from " + firstBlock + " on");
    }
  }

  ByteBuffer encode(Part part) {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    byte[] name = cluster.getBytes(UTF_8);
    out.put(MAGIC).putInt(VERSION).putInt(part.code);
    out.putInt(geometry.blockSize()).putInt(geometry.sliceSize());
    out.putInt(volume).putInt(volumes).putLong(firstBlock).putLong(blocks);
    out.put(HEX.parseHex(identity)).putInt(name.length).put(name);
    out.putInt(CRC_OFFSET, checksum(out));
    return out.clear();
  }

  /// Reads the header of a file.
  ///
  /// @throws StoreException if it is no such header, damaged, or of another kind of file
  static VolumeHeader decode(ByteBuffer in, Part part, Path file) throws StoreException {
    byte[] magic = new byte[MAGIC.length];
    in.get(0, magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new StoreException(
          file + " is no file of a block store: it does not begin with PLASMAFS");
    }
    int version = in.getInt(8);
    if (version != VERSION) {
      throw new StoreException(
          file + " has format version " + version + ", this program reads " + VERSION);
    }
    int found = in.getInt(CRC_OFFSET);
    int expected = checksum(in);
    if (found != expected) {
      throw new StoreException(
          String.format(
              "%s has an edited or damaged header: its checksum is %08x, its content has %08x",
              file, found, expected));
    }
    if (in.getInt(12) != part.code) {
      throw new StoreException(
          file
              + " is a file of kind "
              + in.getInt(12)
              + ", expected "
              + part.code
              + " ("
              + part
              + ")");
    }
    try {
      byte[] identity = new byte[16];
      in.get(48, identity);
      int nameBytes = in.getInt(64);
      if (nameBytes < 0 || nameBytes > NAME_BYTES) {
        throw new IllegalArgumentException("the cluster's name has " + nameBytes + " bytes");
      }
      byte[] name = new byte[nameBytes];
      in.get(68, name);
      return new VolumeHeader(
          new String(name, UTF_8),
          HEX.formatHex(identity),
          new Geometry(in.getInt(16), in.getInt(20)),
          in.getInt(24),
          in.getInt(28),
          in.getLong(32),
          in.getLong(40));
    } catch (IllegalArgumentException e) {
      throw new StoreException(file + " has an impossible header: " + e.getMessage(), e);
    }
  }

  private static int checksum(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, CRC_OFFSET));
    return (int) crc.getValue();
  }
}
