package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.XattrMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/// Copies a file, a symbolic link, or a directory with all below it: content, permission bits and
/// extended attributes. Who copies owns the copy; its times are new.
public final class TreeCopy {
  private static final int WHOLE_BYTES = 1 << 20;

  private final Transaction transaction;

  /// @param transaction that the copy is part of
  public TreeCopy(Transaction transaction) {
    this.transaction = transaction;
  }

  /// Copies what is at `from` to `to`. A file may be the content of one that exists; anything else
  /// needs a free name.
  ///
  /// @return the inode of the copy
  /// @throws FsException EEXIST if the name is taken, EHIER if `to` is below `from`
  public InodeId copy(FsPath from, FsPath to, boolean noReplace) throws IOException {
    Attributes source = check(transaction, from, to, noReplace);
    if (!source.isDirectory()) {
      return one(from, source, to, noReplace);
    }
    InodeId top = InodeId.NONE;
    try (Stream<TreeEntry> walk = transaction.walk(from)) {
      for (Iterator<TreeEntry> i = walk.iterator(); i.hasNext(); ) {
        TreeEntry entry = i.next();
        InodeId copied = one(entry.path(), entry.attributes(), moved(entry.path(), from, to), true);
        top = top.equals(InodeId.NONE) ? copied : top;
      }
    }
    return top;
  }

  /// Looks whether a copy can be made, as far as that can be told beforehand.
  ///
  /// @return what is to be copied
  /// @throws FsException as [#copy]
  static Attributes check(Namespace namespace, FsPath from, FsPath to, boolean noReplace) {
    Attributes source = namespace.lstat(from);
    if (to.startsWith(from)) {
      throw new FsException(FsStatus.EHIER, from + " cannot be copied into itself, to " + to);
    }
    if ((noReplace || !source.isRegular()) && namespace.find(to).isPresent()) {
      throw new FsException(FsStatus.EEXIST, to + " exists");
    }
    return source;
  }

  private static FsPath moved(FsPath path, FsPath from, FsPath to) {
    return to.resolve(new FsPath(path.names().subList(from.names().size(), path.names().size())));
  }

  private InodeId one(FsPath from, Attributes source, FsPath to, boolean noReplace)
      throws IOException {
    InodeId copy =
        switch (source.type()) {
          case DIRECTORY -> transaction.mkdir(to, source.mode()).inode();
          case SYMLINK -> transaction.symlink(to, transaction.readLink(from)).inode();
          case REGULAR -> content(source, to, noReplace);
        };
    if (!source.isSymlink()) {
      attributes(from, to);
    }
    return copy;
  }

  private void attributes(FsPath from, FsPath to) {
    List<XattrName> names = transaction.listXattrs(from);
    for (XattrName name : names) {
      transaction.setXattr(to, name, Bytes.wrap(transaction.getXattr(from, name)), XattrMode.SET);
    }
  }

  private InodeId content(Attributes source, FsPath to, boolean noReplace) throws IOException {
    WriteOptions options =
        WriteOptions.DEFAULT
            .with(noReplace ? WriteOptions.How.CREATE_NEW : WriteOptions.How.TRUNCATE)
            .withMode(source.mode());
    Location from = Location.of(source.inode());
    if (source.size() <= WHOLE_BYTES) {
      ByteBuffer whole = ByteBuffer.wrap(transaction.readAll(from));
      return transaction.write(Location.of(to), whole, options).inode();
    }
    try (PlasmaInputStream in = transaction.openInput(from)) {
      PlasmaOutputStream out = transaction.openOutput(Location.of(to), options);
      try {
        long unused = in.transferTo(out);
        out.close();
      } catch (IOException | RuntimeException e) {
        out.abort();
        throw e;
      }
      return out.inode();
    }
  }
}
