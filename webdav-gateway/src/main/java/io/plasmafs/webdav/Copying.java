package io.plasmafs.webdav;

import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.XattrMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.stream.Stream;

/// Copies within the cluster: content, permission bits and properties.
final class Copying {
  private static final int WHOLE_BYTES = 1 << 20;

  private Copying() {}

  /// Copies what is at `source` to `target`, where nothing is.
  ///
  /// @param deep with all below it
  static void copy(Transaction transaction, FsPath source, FsPath target, boolean deep)
      throws IOException {
    if (!deep) {
      one(transaction, source, transaction.lstat(source), target);
      return;
    }
    try (Stream<TreeEntry> walk = transaction.walk(source)) {
      for (Iterator<TreeEntry> i = walk.iterator(); i.hasNext(); ) {
        TreeEntry entry = i.next();
        int depth = source.names().size();
        FsPath below = new FsPath(entry.path().names().subList(depth, entry.path().names().size()));
        one(transaction, entry.path(), entry.attributes(), target.resolve(below));
      }
    }
  }

  private static void one(
      Transaction transaction, FsPath source, Attributes attributes, FsPath target)
      throws IOException {
    switch (attributes.type()) {
      case DIRECTORY -> {
        var unused = transaction.mkdir(target, attributes.mode());
      }
      case SYMLINK -> {
        var unused = transaction.symlink(target, transaction.readLink(source));
        return;
      }
      case REGULAR -> content(transaction, attributes, target);
    }
    for (XattrName name : transaction.listXattrs(source)) {
      transaction.setXattr(
          target, name, Bytes.wrap(transaction.getXattr(source, name)), XattrMode.SET);
    }
  }

  private static void content(Transaction transaction, Attributes attributes, FsPath target)
      throws IOException {
    WriteOptions options = WriteOptions.CREATE_NEW.withMode(attributes.mode());
    Location from = Location.of(attributes.inode());
    if (attributes.size() <= WHOLE_BYTES) {
      var unused =
          transaction.write(
              Location.of(target), ByteBuffer.wrap(transaction.readAll(from)), options);
      return;
    }
    try (PlasmaInputStream in = transaction.openInput(from);
        PlasmaOutputStream out = transaction.openOutput(Location.of(target), options)) {
      long unused = in.transferTo(out);
    }
  }
}
