package io.plasmafs.protocol;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/// Random values of the model; the same for the same seed.
final class Samples {
  /// How many kinds of operation there are.
  static final int OPERATIONS = Operation.class.getPermittedSubclasses().length;

  /// How many kinds of outcome there are.
  static final int OUTCOMES = Outcome.class.getPermittedSubclasses().length;

  private final Random random;

  Samples(long seed) {
    this.random = new Random(seed);
  }

  <T> List<T> list(int most, Supplier<T> element) {
    int count = random.nextInt(most + 1);
    List<T> list = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      list.add(element.get());
    }
    return list;
  }

  <T> Optional<T> maybe(Supplier<T> value) {
    return random.nextBoolean() ? Optional.of(value.get()) : Optional.empty();
  }

  <E extends Enum<E>> E any(Class<E> type) {
    E[] all = type.getEnumConstants();
    return all[random.nextInt(all.length)];
  }

  int integer() {
    return random.nextInt();
  }

  /// A number from 0 up, small ones and the largest one too.
  long counter() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(3);
      case 1 -> Long.MAX_VALUE;
      default -> random.nextLong() >>> 1;
    };
  }

  String text(int most) {
    String[] letters = {"a", "Z", "0", "é", "漢", "\uD83D\uDE00", " "};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  String user() {
    return random.nextInt(3) > 0 ? "user" + random.nextInt(40) : "x" + text(60);
  }

  byte[] array(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  Bytes bytes(int most) {
    return Bytes.wrap(array(random.nextInt(most + 1)));
  }

  private byte[] nameBytes() {
    byte[] bytes = array(random.nextInt(8) == 0 ? 255 : 1 + random.nextInt(20));
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0 || bytes[i] == '/' || bytes[i] == '.') {
        bytes[i] = 'n';
      }
    }
    return bytes;
  }

  Name name() {
    return Name.of(nameBytes());
  }

  XattrName xattrName() {
    return XattrName.of(nameBytes());
  }

  FsPath path() {
    List<Name> names = list(4, this::name);
    return names.isEmpty() ? FsPath.EMPTY : new FsPath(names);
  }

  InodeId inode() {
    return new InodeId(counter());
  }

  DatanodeId datanode() {
    return new DatanodeId(1 + random.nextInt(Integer.MAX_VALUE));
  }

  Instant time() {
    return Instant.ofEpochSecond(
        random.nextLong(-100_000_000_000L, 100_000_000_000L), random.nextInt(1_000_000_000));
  }

  CommitToken token() {
    return CommitToken.of(array(1 + random.nextInt(64)));
  }

  Principal principal() {
    Set<String> groups = new HashSet<>(list(5, () -> "group" + random.nextInt(100)));
    return new Principal(user(), user(), groups);
  }

  Location location() {
    Location.Base base =
        switch (random.nextInt(3)) {
          case 0 -> new Location.Base.Root();
          case 1 -> new Location.Base.Inode(inode());
          default -> new Location.Base.Result(integer());
        };
    return new Location(base, path());
  }

  Attributes attributes() {
    return new Attributes(
        inode(),
        any(FileType.class),
        random.nextInt(010000),
        user(),
        user(),
        counter(),
        time(),
        time(),
        time(),
        random.nextInt(Integer.MAX_VALUE),
        integer(),
        counter(),
        counter(),
        counter());
  }

  Extent extent() {
    int count = 1 + random.nextInt(random.nextInt(10) == 0 ? Extent.MAX_BLOCKS : 8);
    int[] checksums = new int[random.nextBoolean() ? count : 0];
    for (int i = 0; i < checksums.length; i++) {
      checksums[i] = integer();
    }
    return new Extent(
        counter() >> 1,
        count,
        counter(),
        list(16, () -> new Replica(datanode(), counter())),
        Checksums.of(checksums));
  }

  Ticket ticket() {
    return new Ticket(
        datanode(),
        random.nextLong(),
        integer(),
        random.nextLong(),
        integer(),
        random.nextLong(),
        any(Ticket.Right.class),
        random.nextLong(),
        random.nextLong(),
        Ticket.Mac.of(array(32)));
  }

  GrantedExtent granted() {
    Extent extent = extent();
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < extent.replicas().size(); i++) {
      tickets.add(ticket());
    }
    return new GrantedExtent(extent, tickets);
  }

  Conflict conflict() {
    return new Conflict(
        any(Conflict.Kind.class),
        inode(),
        path(),
        random.nextLong(),
        random.nextLong(),
        random.nextBoolean() ? "" : user(),
        random.nextLong());
  }

  TimeChange timeChange() {
    return switch (random.nextInt(3)) {
      case 0 -> TimeChange.KEEP;
      case 1 -> TimeChange.SERVER;
      default -> TimeChange.to(time());
    };
  }

  AttributeChanges changes() {
    return new AttributeChanges(
        maybe(this::integer),
        maybe(this::user),
        maybe(this::user),
        maybe(this::counter),
        maybe(this::integer),
        timeChange(),
        timeChange(),
        timeChange());
  }

  Operation.Stat stat() {
    return new Operation.Stat(location(), random.nextBoolean());
  }

  /// An operation of the kind with this index, 0 to [#OPERATIONS] - 1.
  Operation operation(int kind) {
    return switch (kind) {
      case 0 ->
          new Operation.Begin(Duration.ofMillis(random.nextInt(1 << 30)), maybe(this::principal));
      case 1 -> new Operation.Commit(maybe(this::token));
      case 2 -> new Operation.Abort();
      case 3 ->
          new Operation.Require(location(), any(Operation.Requirement.class), inode(), counter());
      case 4 -> stat();
      case 5 -> new Operation.StatMany(list(20, this::stat));
      case 6 -> new Operation.Versions(list(50, this::inode));
      case 7 ->
          new Operation.ListDirectory(
              location(), maybe(this::name), integer(), random.nextBoolean());
      case 8 -> new Operation.ReadLink(location());
      case 9 -> new Operation.StatFilesystem();
      case 10 ->
          new Operation.Create(location(), any(Operation.CreateMode.class), integer(), integer());
      case 11 -> new Operation.MakeDirectory(location(), integer(), random.nextBoolean());
      case 12 -> new Operation.MakeSymlink(location(), LinkTarget.of(nameBytes()));
      case 13 -> new Operation.Link(location(), location());
      case 14 -> new Operation.Unlink(location());
      case 15 -> new Operation.RemoveDirectory(location());
      case 16 -> new Operation.RemoveTree(location());
      case 17 -> new Operation.Rename(location(), location(), any(Operation.RenameMode.class));
      case 18 -> new Operation.SetAttributes(location(), random.nextBoolean(), changes());
      case 19 ->
          new Operation.SetXattr(
              location(),
              random.nextBoolean(),
              any(Operation.XattrMode.class),
              xattrName(),
              bytes(300));
      case 20 -> new Operation.GetXattr(location(), random.nextBoolean(), xattrName());
      case 21 -> new Operation.ListXattrs(location(), random.nextBoolean());
      case 22 -> new Operation.RemoveXattr(location(), random.nextBoolean(), xattrName());
      case 23 -> new Operation.Read(location(), random.nextBoolean(), counter(), integer());
      case 24 ->
          new Operation.Allocate(
              location(),
              counter(),
              integer(),
              integer(),
              list(16, this::datanode),
              new HashSet<>(list(20, this::datanode)));
      case 25 -> new Operation.Attach(location(), extent(), counter());
      case 26 -> new Operation.WriteInline(location(), bytes(9000));
      case 27 -> new Operation.Punch(location(), counter(), counter());
      case 28 -> new Operation.GiveBack(counter());
      case 29 -> new Operation.CopyTree(location(), location(), random.nextBoolean());
      case 30 -> new Operation.ExtendInline(location(), counter(), integer(), bytes(9000));
      default -> throw new IllegalArgumentException("there is no operation " + kind);
    };
  }

  Compound compound() {
    return new Compound(
        counter(), maybe(this::token), list(12, () -> operation(random.nextInt(OPERATIONS))));
  }

  Outcome.Found found() {
    FsStatus status = random.nextBoolean() ? FsStatus.OK : any(FsStatus.class);
    return new Outcome.Found(
        status, status == FsStatus.OK ? Optional.of(attributes()) : Optional.empty());
  }

  Outcome.Entry entry() {
    return new Outcome.Entry(name(), inode(), maybe(this::attributes));
  }

  InlineBlock inlineBlock() {
    return new InlineBlock(counter(), bytes(9000));
  }

  /// An outcome of the kind with this index, 0 to [#OUTCOMES] - 1.
  Outcome outcome(int kind) {
    return switch (kind) {
      case 0 -> new Outcome.Done();
      case 1 -> new Outcome.Inode(attributes(), random.nextBoolean());
      case 2 -> new Outcome.Inodes(list(10, this::found));
      case 3 -> new Outcome.Versions(list(30, () -> new Outcome.VersionPair(counter(), counter())));
      case 4 ->
          new Outcome.Listing(inode(), counter(), list(30, this::entry), random.nextBoolean());
      case 5 -> new Outcome.Value(bytes(3000));
      case 6 -> new Outcome.Names(list(10, this::xattrName));
      case 7 ->
          new Outcome.Content(
              attributes(),
              random.nextBoolean()
                  ? new Outcome.Body.Inline(bytes(9000))
                  : new Outcome.Body.Blocks(
                      list(4, this::granted), counter(), maybe(this::inlineBlock)));
      case 8 -> new Outcome.Allocation(list(4, this::granted));
      case 9 -> new Outcome.Removed(counter());
      case 10 ->
          new Outcome.Filesystem(counter(), counter(), counter(), integer(), counter(), counter());
      case 11 -> new Outcome.Committed(counter());
      case 12 ->
          new Outcome.Copied(
              inode(),
              counter(),
              list(10, () -> new Outcome.Unfilled(inode(), inode(), counter())));
      default -> throw new IllegalArgumentException("there is no outcome " + kind);
    };
  }

  Answer.Failure failure() {
    return new Answer.Failure(
        integer(), new FsException(any(FsStatus.class), text(200), list(5, this::conflict)));
  }

  Answer answer() {
    return new Answer(
        list(8, () -> outcome(random.nextInt(OUTCOMES))), maybe(this::failure), counter());
  }
}
