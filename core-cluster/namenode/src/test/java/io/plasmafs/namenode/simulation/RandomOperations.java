package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// Operations that have a fair chance to mean something in a given state.
final class RandomOperations {
  private static final List<Name> NAMES =
      List.of(Name.of("a"), Name.of("b"), Name.of("c"), Name.of("d"), Name.of("e"));
  private static final List<XattrName> XATTRS =
      List.of(XattrName.of("x"), XattrName.of("y"), XattrName.of("z"));
  private static final List<String> TARGETS =
      List.of("a", "../b", "/a/b", "c/../d", "../../a", "/e", "./b//c", "..", "/");

  private final Random random;
  private final int width;

  /// @param width how many different names there are in a directory
  RandomOperations(Random random, int width) {
    this.random = random;
    this.width = width;
  }

  private <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private Name name() {
    return width > NAMES.size() && chance(2) ? Name.of("n" + random.nextInt(width)) : pick(NAMES);
  }

  /// A few operations for one compound.
  ///
  /// @param first index that the first one will have in the compound
  List<Operation> some(State state, Overlay own, int first) {
    int count = 1 + random.nextInt(chance(4) ? 8 : 3);
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      operations.add(chance(4) ? look(state, own) : change(state, own));
      if (chance(12)) {
        operations.add(new Operation.Stat(Location.ofResult(first + random.nextInt(i + 1)), false));
      }
    }
    return operations;
  }

  /// Operations that change nothing.
  List<Operation> looks(State state) {
    List<Operation> operations = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      operations.add(look(state, new Overlay()));
    }
    return operations;
  }

  /// A path, mostly through what is there; `own` may be ahead of what is used of it.
  Location path(State state, Overlay own) {
    if (chance(8)) {
      return Location.of(inode(state), name());
    }
    if (chance(20)) {
      return Location.of(inode(state));
    }
    List<Name> names = new ArrayList<>();
    Node at = own.see(state, InodeId.ROOT);
    while (names.size() < 8) {
      boolean known = at != null && !at.entries.isEmpty() && !chance(4);
      Name next = known && at != null ? pick(new ArrayList<>(at.entries.keySet())) : name();
      names.add(next);
      InodeId child = at == null ? null : at.entries.get(next);
      at = child == null ? null : own.see(state, child);
      if (at == null || (at.isDirectory() ? chance(4) : !chance(8))) {
        break;
      }
    }
    return Location.of(new FsPath(names));
  }

  private InodeId inode(State state) {
    return state.nodes.isEmpty() ? InodeId.ROOT : pick(new ArrayList<>(state.nodes.keySet()));
  }

  Operation look(State state, Overlay own) {
    Location p = path(state, own);
    return switch (random.nextInt(12)) {
      case 0, 1 -> new Operation.Stat(p, random.nextBoolean());
      case 2 ->
          new Operation.StatMany(
              List.of(
                  new Operation.Stat(p, false),
                  new Operation.Stat(path(state, own), random.nextBoolean()),
                  new Operation.Stat(path(state, own), false)));
      case 3, 4 ->
          new Operation.ListDirectory(
              chance(3) ? Location.of("/") : p,
              chance(4) ? Optional.of(name()) : Optional.empty(),
              chance(3) ? 1 + random.nextInt(3) : 1000,
              random.nextBoolean());
      case 5, 6, 7 -> new Operation.Read(p, true, random.nextInt(4), 1 + random.nextInt(20));
      case 8 -> new Operation.ReadLink(p);
      case 9 ->
          random.nextBoolean()
              ? new Operation.GetXattr(p, random.nextBoolean(), pick(XATTRS))
              : new Operation.ListXattrs(p, random.nextBoolean());
      case 10 -> new Operation.Versions(List.of(inode(state), inode(state), new InodeId(999999)));
      default -> chance(2) ? new Operation.StatFilesystem() : new Operation.Stat(p, false);
    };
  }

  private Operation change(State state, Overlay own) {
    Location p = path(state, own);
    return switch (random.nextInt(29)) {
      case 0, 1, 2 ->
          new Operation.Create(
              p, pick(List.of(Operation.CreateMode.values())), 0666, random.nextInt(4));
      case 3, 4, 5 -> new Operation.MakeDirectory(p, chance(5) ? 02777 : 0777, chance(3));
      case 6, 7 -> new Operation.Link(p, path(state, own));
      case 8 -> new Operation.Unlink(p);
      case 9 -> new Operation.RemoveDirectory(p);
      case 10, 11, 12, 13 ->
          new Operation.Rename(p, path(state, own), pick(List.of(Operation.RenameMode.values())));
      case 14, 15, 16 -> new Operation.SetAttributes(p, random.nextBoolean(), attributes());
      case 17, 18 ->
          new Operation.SetXattr(
              p,
              random.nextBoolean(),
              pick(List.of(Operation.XattrMode.values())),
              pick(XATTRS),
              bytes(20));
      case 19 -> new Operation.RemoveXattr(p, random.nextBoolean(), pick(XATTRS));
      case 20, 21 -> new Operation.WriteInline(p, bytes(200));
      case 22 -> new Operation.Punch(p, random.nextInt(8), 1 + random.nextInt(8));
      case 23 -> new Operation.MakeSymlink(p, LinkTarget.of(pick(TARGETS)));
      case 24 -> require(state, p);
      case 25, 26, 27 -> extend(state, own, p);
      default -> allocate(p);
    };
  }

  /// Mostly goes on where a file ends.
  private Operation extend(State state, Overlay own, Location where) {
    List<Node> files =
        state.nodes.keySet().stream()
            .map(id -> own.see(state, id))
            .filter(n -> n != null && !n.isDirectory() && n.inline.length() > 0)
            .map(n -> Objects.requireNonNull(n))
            .toList();
    if (files.isEmpty() || chance(3)) {
      return new Operation.ExtendInline(
          where, random.nextInt(8), chance(5) ? random.nextInt(200) : 0, bytes(300));
    }
    Node file = pick(files);
    Bytes more = chance(4) ? Bytes.wrap(new byte[World.BLOCK_SIZE / 3]) : bytes(300);
    return new Operation.ExtendInline(
        Location.of(file.id), file.inlineIndex, chance(6) ? 0 : file.inline.length(), more);
  }

  private Bytes bytes(int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  Operation allocate(Location where) {
    return new Operation.Allocate(
        where, random.nextInt(12), 1 + random.nextInt(5), 0, List.of(), Set.of());
  }

  private Operation.AttributeChanges attributes() {
    Operation.AttributeChanges changes = Operation.AttributeChanges.NONE;
    return switch (random.nextInt(8)) {
      case 0 -> changes.withMode(random.nextInt(010000));
      case 1 -> changes.withOwner("o" + random.nextInt(3)).withGroup("g" + random.nextInt(3));
      case 2 -> changes.withReplication(random.nextInt(5));
      case 3 -> changes.withBirth(time());
      case 4, 5 ->
          changes.withSize(
              random.nextInt(16) * (long) World.BLOCK_SIZE + (chance(2) ? 0 : random.nextInt(99)));
      case 6 -> changes.withMtime(time()).withCtime(time());
      default -> changes.withMtime(time());
    };
  }

  private Operation.TimeChange time() {
    return random.nextBoolean()
        ? Operation.TimeChange.SERVER
        : Operation.TimeChange.to(
            Instant.ofEpochSecond(1_600_000_000L + random.nextInt(200_000_000)));
  }

  /// A precondition that mostly holds now.
  private Operation.Require require(State state, Location where) {
    Node node = null;
    try {
      node = new Sight(state, new Overlay(), Instant.EPOCH, true, "").place(where, false).child();
    } catch (Refused e) {
      // nothing is there
    }
    if (node == null || chance(8)) {
      return new Operation.Require(where, Operation.Requirement.ABSENT, InodeId.NONE, 0);
    }
    return switch (random.nextInt(3)) {
      case 0 -> new Operation.Require(where, Operation.Requirement.PRESENT, node.id, 0);
      case 1 ->
          new Operation.Require(where, Operation.Requirement.VERSION, InodeId.NONE, node.version);
      default ->
          new Operation.Require(
              where, Operation.Requirement.CONTENT_VERSION, node.id, node.contentVersion);
    };
  }

  /// Removes what is there, alone in its compound: it takes its time.
  Operation removeTree(State state) {
    List<Node> directories =
        state.nodes.values().stream().filter(n -> n.isDirectory() && !n.entries.isEmpty()).toList();
    if (directories.isEmpty()) {
      return new Operation.RemoveTree(Location.of("/a"));
    }
    Node directory = pick(directories);
    return new Operation.RemoveTree(
        Location.of(directory.id, pick(new ArrayList<>(directory.entries.keySet()))));
  }

  /// Makes a part of what was allocated content of a file.
  Operation attach(State state, Overlay own) {
    List<Extent> reserved = new ArrayList<>(own.reserved.values());
    Extent run = pick(reserved);
    if (chance(8)) {
      return new Operation.GiveBack(run.generation());
    }
    int[] checksums = random.ints(run.count()).toArray();
    Extent written = run.with(Checksums.of(checksums));
    if (chance(3)) {
      written =
          new Extent(
              written.index(),
              written.count(),
              written.generation(),
              written.replicas().subList(0, 1),
              written.checksums());
    }
    if (chance(3)) {
      written = written.slice(written.index(), written.index() + 1);
    }
    List<InodeId> files =
        state.nodes.values().stream()
            .filter(n -> own.isUsing(n.id) && !n.isDirectory())
            .map(n -> n.id)
            .toList();
    files = files.isEmpty() ? new ArrayList<>(own.created.keySet()) : files;
    Location where = files.isEmpty() || chance(4) ? path(state, own) : Location.of(pick(files));
    return new Operation.Attach(
        where, written, chance(8) ? 0 : written.end() * World.BLOCK_SIZE - random.nextInt(9));
  }
}
