package io.plasmafs.client;

import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;

/// Moves an operation to another place of its compound: references to results of earlier operations
/// move with it.
final class Shifted {
  private Shifted() {}

  /// The operation, `by` places further back.
  static Operation by(Operation operation, int by) {
    return switch (operation) {
      case Operation.Begin o -> o;
      case Operation.Commit o -> o;
      case Operation.Abort o -> o;
      case Operation.Require o ->
          new Operation.Require(at(o.where(), by), o.kind(), o.inode(), o.value());
      case Operation.Stat o -> new Operation.Stat(at(o.where(), by), o.follow());
      case Operation.StatMany o ->
          new Operation.StatMany(
              o.objects().stream()
                  .map(s -> new Operation.Stat(at(s.where(), by), s.follow()))
                  .toList());
      case Operation.Versions o -> o;
      case Operation.ListDirectory o ->
          new Operation.ListDirectory(at(o.where(), by), o.after(), o.limit(), o.withAttributes());
      case Operation.ReadLink o -> new Operation.ReadLink(at(o.where(), by));
      case Operation.StatFilesystem o -> o;
      case Operation.Create o ->
          new Operation.Create(at(o.where(), by), o.how(), o.mode(), o.replication());
      case Operation.MakeDirectory o ->
          new Operation.MakeDirectory(at(o.where(), by), o.mode(), o.parents());
      case Operation.MakeSymlink o -> new Operation.MakeSymlink(at(o.where(), by), o.target());
      case Operation.Link o -> new Operation.Link(at(o.existing(), by), at(o.where(), by));
      case Operation.Unlink o -> new Operation.Unlink(at(o.where(), by));
      case Operation.RemoveDirectory o -> new Operation.RemoveDirectory(at(o.where(), by));
      case Operation.RemoveTree o -> new Operation.RemoveTree(at(o.where(), by));
      case Operation.CopyTree o ->
          new Operation.CopyTree(at(o.from(), by), at(o.to(), by), o.preserve());
      case Operation.Rename o -> new Operation.Rename(at(o.from(), by), at(o.to(), by), o.how());
      case Operation.SetAttributes o ->
          new Operation.SetAttributes(at(o.where(), by), o.follow(), o.changes());
      case Operation.SetXattr o ->
          new Operation.SetXattr(at(o.where(), by), o.follow(), o.how(), o.name(), o.value());
      case Operation.GetXattr o -> new Operation.GetXattr(at(o.where(), by), o.follow(), o.name());
      case Operation.ListXattrs o -> new Operation.ListXattrs(at(o.where(), by), o.follow());
      case Operation.RemoveXattr o ->
          new Operation.RemoveXattr(at(o.where(), by), o.follow(), o.name());
      case Operation.Read o ->
          new Operation.Read(at(o.where(), by), o.follow(), o.first(), o.count());
      case Operation.Allocate o ->
          new Operation.Allocate(
              at(o.where(), by), o.index(), o.count(), o.replication(), o.preferred(), o.avoided());
      case Operation.Attach o ->
          new Operation.Attach(at(o.where(), by), o.extent(), o.minimumSize());
      case Operation.WriteInline o -> new Operation.WriteInline(at(o.where(), by), o.content());
      case Operation.ExtendInline o ->
          new Operation.ExtendInline(at(o.where(), by), o.index(), o.kept(), o.content());
      case Operation.Punch o -> new Operation.Punch(at(o.where(), by), o.first(), o.count());
      case Operation.GiveBack o -> o;
    };
  }

  private static Location at(Location where, int by) {
    return where.base() instanceof Location.Base.Result(int operation)
        ? new Location(new Location.Base.Result(operation + by), where.path())
        : where;
  }
}
