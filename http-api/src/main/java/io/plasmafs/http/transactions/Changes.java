package io.plasmafs.http.transactions;

import io.plasmafs.model.operation.Operation;

/// Tells operations that change something from those that look.
final class Changes {
  private Changes() {}

  static boolean isChange(Operation operation) {
    return switch (operation) {
      case Operation.Begin o -> false;
      case Operation.Commit o -> false;
      case Operation.Abort o -> false;
      case Operation.Require o -> false;
      case Operation.Stat o -> false;
      case Operation.StatMany o -> false;
      case Operation.Versions o -> false;
      case Operation.ListDirectory o -> false;
      case Operation.ReadLink o -> false;
      case Operation.StatFilesystem o -> false;
      case Operation.GetXattr o -> false;
      case Operation.ListXattrs o -> false;
      case Operation.Read o -> false;
      case Operation.Create o -> true;
      case Operation.MakeDirectory o -> true;
      case Operation.MakeSymlink o -> true;
      case Operation.Link o -> true;
      case Operation.Unlink o -> true;
      case Operation.RemoveDirectory o -> true;
      case Operation.RemoveTree o -> true;
      case Operation.CopyTree o -> true;
      case Operation.Rename o -> true;
      case Operation.SetAttributes o -> true;
      case Operation.SetXattr o -> true;
      case Operation.RemoveXattr o -> true;
      case Operation.Allocate o -> true;
      case Operation.Attach o -> true;
      case Operation.WriteInline o -> true;
      case Operation.Punch o -> true;
      case Operation.GiveBack o -> true;
    };
  }
}
