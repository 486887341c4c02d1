package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.nio.file.AccessMode;

/// Whether something would be permitted. The namenode decides: it is asked for something that needs
/// the permission and does nothing. Only the permission to execute a file is judged here, as there
/// is nothing in a cluster that executes files.
final class Permissions {
  /// No file has it: to take it away fails, but later than for want of permission.
  private static final XattrName NONE = XattrName.of("user.plasma.none");

  private static final Name ANY = Name.of("any");

  private final Namespace namespace;

  Permissions(Namespace namespace) {
    this.namespace = namespace;
  }

  /// Fails with EACCES if the access is refused.
  void check(FsPath path, Attributes attributes, AccessMode access) {
    Location where = Location.of(path);
    switch (access) {
      case READ -> ask(new Operation.ListXattrs(where, true));
      case WRITE -> ask(new Operation.RemoveXattr(where, true, NONE));
      case EXECUTE -> {
        if (attributes.isDirectory()) {
          ask(new Operation.Stat(Location.of(path.resolve(ANY)), false));
        } else if (!mayExecute(attributes)) {
          throw new FsException(FsStatus.EACCES, path + " may not be executed");
        }
      }
    }
  }

  private void ask(Operation question) {
    try {
      Object unused = namespace.execute(question);
    } catch (FsException e) {
      switch (e.status()) {
        case ENOATTR, ENOENT, ECONFLICT -> {}
        default -> throw e;
      }
    }
  }

  private boolean mayExecute(Attributes attributes) {
    Principal who = namespace.principal();
    int shift =
        attributes.owner().equals(who.user()) ? 6 : who.isMember(attributes.group()) ? 3 : 0;
    return (attributes.mode() >> shift & 1) != 0;
  }
}
