package io.plasmafs.http.commits;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.files.SystemDirectory;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What commits with a key came to, kept in the cluster, so that whichever gateway is asked again
/// gives the first answer. A record is made by the commit that it tells of, so there is one exactly
/// if there is the other; its version is the commit's number.
///
/// ```
/// /.plasma/commits/<first two digits of the token>/<token in hexadecimal digits>
///
/// plasma-commit-1 <SHA-256 of the request>
/// <inode> <content version, or 0> <path, percent-encoded>
/// ...
/// ```
final class CommitRecords {
  /// Where they are.
  static final FsPath DIRECTORY = SystemDirectory.ROOT.resolve(FsPath.of("commits"));

  /// For so long they are kept.
  static final Duration KEPT = Duration.ofDays(7);

  private static final String MAGIC = "plasma-commit-1 ";

  /// A commit that was made before.
  ///
  /// @param request digest of the request
  record Found(String request, CommitResult result) {}

  private final PlasmaClient client;

  CommitRecords(PlasmaClient client) {
    this.client = client;
  }

  private static FsPath path(CommitToken token) {
    String name = token.toString();
    return DIRECTORY.resolve(FsPath.of(name.substring(0, 2) + "/" + name));
  }

  /// The record of a token, if its commit was made and is not forgotten.
  Optional<Found> find(CommitToken token) {
    FsPath path = path(token);
    Optional<Attributes> record = client.find(path);
    if (record.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(client, record.get()));
    } catch (FsException e) {
      if (e.status() == FsStatus.ESTALE || e.status() == FsStatus.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Found read(Namespace namespace, Attributes record) {
    String text =
        new String(namespace.readAll(Location.of(record.inode())), StandardCharsets.US_ASCII);
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).startsWith(MAGIC)) {
      throw new FsException(FsStatus.EIO, record.inode() + " is no record of a commit");
    }
    List<CommitResult.Written> files =
        lines.stream().skip(1).map(CommitResult.Written::parse).toList();
    return new Found(
        lines.get(0).substring(MAGIC.length()), new CommitResult(record.contentVersion(), files));
  }

  /// Makes a record part of a transaction.
  ///
  /// @throws FsException EEXIST if the commit of this token was made before
  void add(
      Transaction transaction,
      CommitToken token,
      String request,
      List<CommitResult.Written> files) {
    FsPath path = path(token);
    var unusedDirectory = transaction.mkdirs(path.parent(), SystemDirectory.MODE);
    byte[] bytes = CommitResult.text(MAGIC + request, files).getBytes(StandardCharsets.US_ASCII);
    var unused =
        transaction.write(
            Location.of(path),
            ByteBuffer.wrap(bytes),
            WriteOptions.CREATE_NEW.withMode(SystemDirectory.FILE_MODE));
  }
}
