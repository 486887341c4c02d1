package io.plasmafs.http.semantics;

import io.plasmafs.model.FsStatus;

/// The HTTP status of each status of the filesystem: the table of `docs/status.md`.
public final class HttpStatusOf {
  private HttpStatusOf() {}

  /// The status of an answer that reports this failure.
  public static int failure(FsStatus status) {
    return switch (status) {
      case OK -> 200;
      case EPERM, EACCES, EROFS -> 403;
      case ENOENT, ENOATTR -> 404;
      case EEXIST, ENOTDIR, EISDIR, EMLINK, ENOTEMPTY, ELOOP, ECONFLICT, ETBUSY, EHIER -> 409;
      case ESTALE, ELONGTRANS, ENOTRANS -> 410;
      case EFBIG -> 413;
      case EINVAL, ENAMETOOLONG, EBADPATH -> 400;
      case ENOSPC, EDQUOT -> 507;
      case EIO, EFAILED, ETICKET, ECHECKSUM -> 500;
      case ECOORD, EFAILEDCOMMIT, EUNKNOWN, ENONODE, ELIMIT, ESTALEBLOCK, EUNAVAIL -> 503;
    };
  }
}
