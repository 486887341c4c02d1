package io.plasmafs.datanode.server;

import io.plasmafs.datanode.store.BlockStore;
import io.plasmafs.datanode.store.DataFile;
import io.plasmafs.datanode.store.StoredRange;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.RpcConnection;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.data_file;
import io.plasmafs.protocol.xdr.data_files;
import io.plasmafs.protocol.xdr.file_part;
import io.plasmafs.protocol.xdr.locate_result;
import java.util.List;

/// What clients on this host are told so that they can read the files of the store by themselves:
/// which files those are, and where in them blocks lie. Whether a client may open them the
/// operating system decides.
final class LocalReaders {
  private final BlockStore store;
  private final boolean welcome;

  /// @param welcome whether anybody is told at all
  LocalReaders(BlockStore store, boolean welcome) {
    this.store = store;
    this.welcome = welcome;
  }

  /// The files, for who has come by a Unix-domain socket; none for others.
  data_files files(RpcConnection caller) {
    List<DataFile> files = welcome && caller.unixPeer().isPresent() ? store.dataFiles() : List.of();
    data_files result = new data_files();
    result.files = files.stream().map(LocalReaders::file).toArray(data_file[]::new);
    return result;
  }

  private static data_file file(DataFile file) {
    data_file result = new data_file();
    result.path = file.path().toString();
    result.head = new byte[Contract.FILE_HEAD_BYTES];
    file.head().get(result.head);
    return result;
  }

  /// Where a range lies.
  static locate_result located(StoredRange range) {
    locate_result result = new locate_result();
    result.status = FsStatus.OK.code();
    result.message = "";
    result.checksums = range.checksums().toArray();
    result.parts = range.parts().stream().map(LocalReaders::part).toArray(file_part[]::new);
    return result;
  }

  private static file_part part(StoredRange.Part part) {
    file_part result = new file_part();
    result.file = part.volume();
    result.position = part.position();
    result.length = part.bytes();
    return result;
  }

  /// That nothing can be read, and why.
  static locate_result refusal(Throwable failure) {
    FsException expected = Failures.expected(failure);
    locate_result result = new locate_result();
    result.status = expected.status().code();
    result.message = Failures.message(expected);
    result.checksums = new int[0];
    result.parts = new file_part[0];
    return result;
  }
}
