package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaFile;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The bytes of one version of a file, wherever they are.
sealed interface Content {

  /// Bytes that are there already; what the file has beyond them is a hole.
  static Content of(Bytes bytes, Attributes attributes) {
    return new InMemory(bytes, attributes.size());
  }

  /// Bytes on datanodes.
  static Content of(PlasmaFile file) {
    return new Remote(file);
  }

  /// How many there are.
  long size();

  /// Fills `target` from `position` on; there are as many bytes.
  void read(ByteBuffer target, long position) throws IOException;

  /// Came with the metadata.
  record InMemory(Bytes bytes, long size) implements Content {
    @Override
    public void read(ByteBuffer target, long position) {
      int present = (int) Math.max(0, Math.min(target.remaining(), bytes.length() - position));
      target.put(bytes.unsafeArray(), (int) Math.min(position, bytes.length()), present);
      target.put(new byte[target.remaining()]);
    }
  }

  /// Is fetched as it is needed.
  record Remote(PlasmaFile file) implements Content {
    @Override
    public long size() {
      return file.size();
    }

    @Override
    public void read(ByteBuffer target, long position) throws IOException {
      int wanted = target.remaining();
      int count = file.read(target, position);
      if (count != wanted) {
        throw new IOException(
            file.attributes().inode()
                + ": "
                + count
                + " bytes at "
                + position
                + " where "
                + wanted
                + " were expected");
      }
    }
  }
}
