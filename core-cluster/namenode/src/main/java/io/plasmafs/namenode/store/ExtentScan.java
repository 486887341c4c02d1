package io.plasmafs.namenode.store;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.metadata.StoreException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// Reads the whole table of extents as fast as PostgreSQL can give it: by COPY, in binary, without
/// the checksums, which whoever asks for all extents has no use for.
///
/// A message of the server is one row; the first one begins with the header, or is nothing else:
///
/// | Bytes | What |
/// |---|---|
/// | 11 | `PGCOPY\n\377\r\n\0` |
/// | 4 | flags |
/// | 4 + n | header extension, its length before it |
///
/// | Bytes of a row | What |
/// |---|---|
/// | 2 | number of fields; -1 ends the data |
/// | 4 + n for each field | its value, its length before it |
///
/// The value of an array of one dimension, as of arrays without null values in it:
///
/// | Bytes | What |
/// |---|---|
/// | 4 | dimensions: 0 for an empty array, which then ends with its element type |
/// | 4, 4 | 0: no nulls; element type |
/// | 4, 4 | number of elements; index of the first |
/// | 4 + n for each element | its value, its length before it |
final class ExtentScan {
  private static final String COPY =
      "COPY (SELECT inode, index, count, generation, datanodes, first_blocks FROM extent)"
          + " TO STDOUT (FORMAT binary)";
  private static final int SIGNATURE_BYTES = 11;
  private static final int FIELDS = 6;

  private final BiConsumer<InodeId, Extent> visitor;

  private ExtentScan(BiConsumer<InodeId, Extent> visitor) {
    this.visitor = visitor;
  }

  /// Shows every extent once, all of one instant.
  static void run(Connection connection, BiConsumer<InodeId, Extent> visitor) throws SQLException {
    ExtentScan scan = new ExtentScan(visitor);
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(COPY);
    try {
      boolean isFirst = true;
      for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
        scan.message(ByteBuffer.wrap(message), isFirst);
        isFirst = false;
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new StoreException(
          StoreException.Kind.BROKEN, "a row of the extents cannot be read: " + e.getMessage(), e);
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private void message(ByteBuffer message, boolean isFirst) {
    if (isFirst) {
      message.position(SIGNATURE_BYTES + Integer.BYTES);
      int extension = message.getInt();
      message.position(message.position() + extension);
    }
    while (message.hasRemaining()) {
      int fields = message.getShort();
      if (fields < 0) {
        return;
      }
      if (fields != FIELDS) {
        throw new IllegalArgumentException(fields + " fields, expected were " + FIELDS);
      }
      row(message);
    }
  }

  private void row(ByteBuffer message) {
    long inode = bigint(message);
    long index = bigint(message);
    int count = integer(message);
    long generation = bigint(message);
    int replicas = elements(message);
    int[] datanodes = new int[replicas];
    for (int i = 0; i < replicas; i++) {
      datanodes[i] = integer(message);
    }
    if (elements(message) != replicas) {
      throw new IllegalArgumentException(
          "inode " + inode + " has a run whose datanodes and blocks differ in number");
    }
    List<Replica> list = new ArrayList<>(replicas);
    for (int datanode : datanodes) {
      list.add(new Replica(new DatanodeId(datanode), bigint(message)));
    }
    visitor.accept(new InodeId(inode), new Extent(index, count, generation, list, Checksums.NONE));
  }

  private static long bigint(ByteBuffer message) {
    expect(message.getInt(), Long.BYTES);
    return message.getLong();
  }

  private static int integer(ByteBuffer message) {
    expect(message.getInt(), Integer.BYTES);
    return message.getInt();
  }

  /// The number of elements of an array that comes next; its elements are next then.
  private static int elements(ByteBuffer message) {
    message.getInt(); // its length
    int dimensions = message.getInt();
    message.getInt(); // whether there are nulls
    message.getInt(); // the type
    if (dimensions == 0) {
      return 0;
    }
    int elements = message.getInt();
    message.getInt(); // the index of the first
    if (dimensions != 1 || elements < 0 || elements > message.remaining()) {
      throw new IllegalArgumentException(
          "an array of " + dimensions + " dimensions and " + elements + " elements");
    }
    return elements;
  }

  private static void expect(int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "a value of " + length + " bytes, expected were " + expected);
    }
  }
}
