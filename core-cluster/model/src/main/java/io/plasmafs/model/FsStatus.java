package io.plasmafs.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The ways in which an operation can fail that a caller must expect. One table for all doors: each
/// maps it once to its own protocol's numbers (`docs/status.md`).
public enum FsStatus {
  OK(0, "success"),
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  EIO(5, "input/output error"),
  EACCES(13, "permission denied"),
  EEXIST(17, "file exists"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  EFBIG(27, "file too large"),
  ENOSPC(28, "no space left on the datanodes"),
  EROFS(30, "read-only"),
  EMLINK(31, "too many links"),
  ENAMETOOLONG(36, "name too long"),
  ENOTEMPTY(39, "directory not empty"),
  ELOOP(40, "too many levels of symbolic links"),
  ENOATTR(61, "no such extended attribute"),
  ESTALE(116, "the inode is gone"),
  EDQUOT(122, "quota exceeded"),
  ECONFLICT(200, "conflict with another transaction"),
  ECOORD(201, "this namenode is not the coordinator"),
  EFAILED(202, "the server failed; its log says why"),
  EFAILEDCOMMIT(203, "the commit failed and was undone"),
  EUNKNOWN(204, "the outcome of the commit is unknown"),
  ELONGTRANS(205, "the transaction took too long and was aborted"),
  ENOTRANS(206, "no such transaction"),
  ETBUSY(207, "the transaction is busy with another call"),
  ENONODE(208, "not enough datanodes alive"),
  EBADPATH(209, "malformed path"),
  EHIER(210, "a directory cannot be moved into itself"),
  ELIMIT(211, "a limit of the server is reached"),
  ETICKET(212, "the ticket is not valid"),
  ESTALEBLOCK(213, "the block has been given to other data"),
  ECHECKSUM(214, "checksum mismatch"),
  EUNAVAIL(215, "temporarily unavailable");

  private static final Map<Integer, FsStatus> BY_CODE = new HashMap<>();

  static {
    for (FsStatus status : values()) {
      BY_CODE.put(status.code, status);
    }
  }

  private final int code;
  private final String text;

  FsStatus(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /// The number on the wire, for ever the same.
  public int code() {
    return code;
  }

  /// A few words for people, without the object.
  public String text() {
    return text;
  }

  /// The status with this number on the wire.
  public static Optional<FsStatus> ofCode(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }
}
