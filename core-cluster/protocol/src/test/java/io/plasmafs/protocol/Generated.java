package io.plasmafs.protocol;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.protocol.xdr.allocate_args;
import io.plasmafs.protocol.xdr.allocation_outcome;
import io.plasmafs.protocol.xdr.attach_args;
import io.plasmafs.protocol.xdr.base_kind;
import io.plasmafs.protocol.xdr.begin_args;
import io.plasmafs.protocol.xdr.bytes_outcome;
import io.plasmafs.protocol.xdr.commit_args;
import io.plasmafs.protocol.xdr.committed_outcome;
import io.plasmafs.protocol.xdr.compound_args;
import io.plasmafs.protocol.xdr.compound_result;
import io.plasmafs.protocol.xdr.conflict;
import io.plasmafs.protocol.xdr.content_blocks;
import io.plasmafs.protocol.xdr.content_body;
import io.plasmafs.protocol.xdr.content_kind;
import io.plasmafs.protocol.xdr.content_outcome;
import io.plasmafs.protocol.xdr.copied_outcome;
import io.plasmafs.protocol.xdr.copy_tree_args;
import io.plasmafs.protocol.xdr.create_args;
import io.plasmafs.protocol.xdr.directory_entry;
import io.plasmafs.protocol.xdr.extend_inline_args;
import io.plasmafs.protocol.xdr.extent;
import io.plasmafs.protocol.xdr.failure;
import io.plasmafs.protocol.xdr.filesystem_outcome;
import io.plasmafs.protocol.xdr.fs_principal;
import io.plasmafs.protocol.xdr.fs_time;
import io.plasmafs.protocol.xdr.give_back_args;
import io.plasmafs.protocol.xdr.granted_extent;
import io.plasmafs.protocol.xdr.hyper_box;
import io.plasmafs.protocol.xdr.inline_block;
import io.plasmafs.protocol.xdr.inode_attributes;
import io.plasmafs.protocol.xdr.inode_outcome;
import io.plasmafs.protocol.xdr.inodes_outcome;
import io.plasmafs.protocol.xdr.int_box;
import io.plasmafs.protocol.xdr.link_args;
import io.plasmafs.protocol.xdr.list_args;
import io.plasmafs.protocol.xdr.listing_outcome;
import io.plasmafs.protocol.xdr.location;
import io.plasmafs.protocol.xdr.make_dir_args;
import io.plasmafs.protocol.xdr.names_outcome;
import io.plasmafs.protocol.xdr.object_args;
import io.plasmafs.protocol.xdr.operation;
import io.plasmafs.protocol.xdr.operation_code;
import io.plasmafs.protocol.xdr.outcome;
import io.plasmafs.protocol.xdr.outcome_kind;
import io.plasmafs.protocol.xdr.path_base;
import io.plasmafs.protocol.xdr.punch_args;
import io.plasmafs.protocol.xdr.read_args;
import io.plasmafs.protocol.xdr.removed_outcome;
import io.plasmafs.protocol.xdr.rename_args;
import io.plasmafs.protocol.xdr.replica;
import io.plasmafs.protocol.xdr.require_args;
import io.plasmafs.protocol.xdr.set_attributes_args;
import io.plasmafs.protocol.xdr.set_xattr_args;
import io.plasmafs.protocol.xdr.stat_many_args;
import io.plasmafs.protocol.xdr.stat_result;
import io.plasmafs.protocol.xdr.string_box;
import io.plasmafs.protocol.xdr.symlink_args;
import io.plasmafs.protocol.xdr.ticket;
import io.plasmafs.protocol.xdr.time_change;
import io.plasmafs.protocol.xdr.time_how;
import io.plasmafs.protocol.xdr.unfilled_copy;
import io.plasmafs.protocol.xdr.version_pair;
import io.plasmafs.protocol.xdr.versions_args;
import io.plasmafs.protocol.xdr.versions_outcome;
import io.plasmafs.protocol.xdr.write_inline_args;
import io.plasmafs.protocol.xdr.xattr_args;
import io.plasmafs.protocol.xdr.xattr_name;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The model as objects of the generated classes: what the codecs are compared with.
final class Generated {
  private Generated() {}

  private static <T, X> X[] all(List<T> values, Function<T, X> each, IntFunction<X[]> array) {
    return values.stream().map(each).toArray(array);
  }

  static compound_args of(Compound compound) {
    compound_args x = new compound_args();
    x.transaction = compound.transaction();
    x.token = compound.token().map(CommitToken::bytes).orElse(new byte[0]);
    x.operations = all(compound.operations(), Generated::of, operation[]::new);
    return x;
  }

  private static operation of(Operation operation) {
    operation x = new operation();
    switch (operation) {
      case Operation.Begin o -> {
        x.code = operation_code.OP_BEGIN;
        x.begin = new begin_args();
        x.begin.idle_timeout_millis = (int) o.idleTimeout().toMillis();
        if (o.principal().isPresent()) {
          x.begin.principal = of(o.principal().get());
        }
      }
      case Operation.Commit o -> {
        x.code = operation_code.OP_COMMIT;
        x.commit = new commit_args();
        x.commit.token = o.token().map(CommitToken::bytes).orElse(new byte[0]);
      }
      case Operation.Abort o -> x.code = operation_code.OP_ABORT;
      case Operation.Require o -> {
        x.code = operation_code.OP_REQUIRE;
        x.require = new require_args();
        x.require.where = of(o.where());
        x.require.kind = o.kind().code();
        x.require.inode = o.inode().value();
        x.require.value = o.value();
      }
      case Operation.Stat o -> {
        x.code = operation_code.OP_STAT;
        x.stat = object(o.where(), o.follow());
      }
      case Operation.StatMany o -> {
        x.code = operation_code.OP_STAT_MANY;
        x.stat_many = new stat_many_args();
        x.stat_many.objects =
            all(o.objects(), s -> object(s.where(), s.follow()), object_args[]::new);
      }
      case Operation.Versions o -> {
        x.code = operation_code.OP_VERSIONS;
        x.versions = new versions_args();
        x.versions.inodes = o.inodes().stream().mapToLong(InodeId::value).toArray();
      }
      case Operation.ListDirectory o -> {
        x.code = operation_code.OP_LIST;
        x.list = new list_args();
        x.list.where = of(o.where());
        x.list.after = o.after().map(Name::bytes).orElse(new byte[0]);
        x.list.limit = o.limit();
        x.list.with_attributes = o.withAttributes();
      }
      case Operation.ReadLink o -> {
        x.code = operation_code.OP_READ_LINK;
        x.read_link = object(o.where(), false);
      }
      case Operation.StatFilesystem o -> x.code = operation_code.OP_FILESYSTEM;
      case Operation.Create o -> {
        x.code = operation_code.OP_CREATE;
        x.create = new create_args();
        x.create.where = of(o.where());
        x.create.how = o.how().code();
        x.create.mode = o.mode();
        x.create.replication = o.replication();
      }
      case Operation.MakeDirectory o -> {
        x.code = operation_code.OP_MAKE_DIR;
        x.make_dir = new make_dir_args();
        x.make_dir.where = of(o.where());
        x.make_dir.mode = o.mode();
        x.make_dir.parents = o.parents();
      }
      case Operation.MakeSymlink o -> {
        x.code = operation_code.OP_SYMLINK;
        x.symlink = new symlink_args();
        x.symlink.where = of(o.where());
        x.symlink.target = o.target().bytes();
      }
      case Operation.Link o -> {
        x.code = operation_code.OP_LINK;
        x.link = new link_args();
        x.link.existing = of(o.existing());
        x.link.where = of(o.where());
      }
      case Operation.Unlink o -> {
        x.code = operation_code.OP_UNLINK;
        x.unlink = of(o.where());
      }
      case Operation.RemoveDirectory o -> {
        x.code = operation_code.OP_REMOVE_DIR;
        x.remove_dir = of(o.where());
      }
      case Operation.RemoveTree o -> {
        x.code = operation_code.OP_REMOVE_TREE;
        x.remove_tree = of(o.where());
      }
      case Operation.CopyTree o -> {
        x.code = operation_code.OP_COPY_TREE;
        x.copy_tree = new copy_tree_args();
        x.copy_tree.from = of(o.from());
        x.copy_tree.to = of(o.to());
        x.copy_tree.preserve = o.preserve();
      }
      case Operation.Rename o -> {
        x.code = operation_code.OP_RENAME;
        x.rename = new rename_args();
        x.rename.from = of(o.from());
        x.rename.to = of(o.to());
        x.rename.how = o.how().code();
      }
      case Operation.SetAttributes o -> {
        x.code = operation_code.OP_SET_ATTRIBUTES;
        x.set_attributes = changes(o);
      }
      case Operation.SetXattr o -> {
        x.code = operation_code.OP_SET_XATTR;
        x.set_xattr = new set_xattr_args();
        x.set_xattr.where = of(o.where());
        x.set_xattr.follow = o.follow();
        x.set_xattr.how = o.how().code();
        x.set_xattr.name = o.name().bytes();
        x.set_xattr.value = o.value().toArray();
      }
      case Operation.GetXattr o -> {
        x.code = operation_code.OP_GET_XATTR;
        x.get_xattr = xattr(o.where(), o.follow(), o.name());
      }
      case Operation.ListXattrs o -> {
        x.code = operation_code.OP_LIST_XATTRS;
        x.list_xattrs = object(o.where(), o.follow());
      }
      case Operation.RemoveXattr o -> {
        x.code = operation_code.OP_REMOVE_XATTR;
        x.remove_xattr = xattr(o.where(), o.follow(), o.name());
      }
      case Operation.Read o -> {
        x.code = operation_code.OP_READ;
        x.read = new read_args();
        x.read.where = of(o.where());
        x.read.follow = o.follow();
        x.read.first = o.first();
        x.read.count = o.count();
      }
      case Operation.Allocate o -> {
        x.code = operation_code.OP_ALLOCATE;
        x.allocate = new allocate_args();
        x.allocate.where = of(o.where());
        x.allocate.index = o.index();
        x.allocate.count = o.count();
        x.allocate.replication = o.replication();
        x.allocate.preferred = o.preferred().stream().mapToInt(DatanodeId::value).toArray();
        x.allocate.avoided = o.avoided().stream().mapToInt(DatanodeId::value).sorted().toArray();
      }
      case Operation.Attach o -> {
        x.code = operation_code.OP_ATTACH;
        x.attach = new attach_args();
        x.attach.where = of(o.where());
        x.attach.run = of(o.extent());
        x.attach.minimum_size = o.minimumSize();
      }
      case Operation.WriteInline o -> {
        x.code = operation_code.OP_WRITE_INLINE;
        x.write_inline = new write_inline_args();
        x.write_inline.where = of(o.where());
        x.write_inline.content = o.content().toArray();
      }
      case Operation.ExtendInline o -> {
        x.code = operation_code.OP_EXTEND_INLINE;
        x.extend_inline = new extend_inline_args();
        x.extend_inline.where = of(o.where());
        x.extend_inline.index = o.index();
        x.extend_inline.kept = o.kept();
        x.extend_inline.content = o.content().toArray();
      }
      case Operation.Punch o -> {
        x.code = operation_code.OP_PUNCH;
        x.punch = new punch_args();
        x.punch.where = of(o.where());
        x.punch.first = o.first();
        x.punch.count = o.count();
      }
      case Operation.GiveBack o -> {
        x.code = operation_code.OP_GIVE_BACK;
        x.give_back = new give_back_args();
        x.give_back.generation = o.generation();
      }
    }
    return x;
  }

  private static set_attributes_args changes(Operation.SetAttributes o) {
    Operation.AttributeChanges changes = o.changes();
    set_attributes_args x = new set_attributes_args();
    x.where = of(o.where());
    x.follow = o.follow();
    x.mode = number(changes.mode());
    x.owner = text(changes.owner());
    x.group = text(changes.group());
    if (changes.size().isPresent()) {
      x.size = new hyper_box();
      x.size.value = changes.size().get();
    }
    x.replication = number(changes.replication());
    x.mtime = of(changes.mtime());
    x.ctime = of(changes.ctime());
    x.birth = of(changes.birth());
    return x;
  }

  private static @Nullable int_box number(Optional<Integer> value) {
    if (value.isEmpty()) {
      return null;
    }
    int_box x = new int_box();
    x.value = value.get();
    return x;
  }

  private static @Nullable string_box text(Optional<String> value) {
    if (value.isEmpty()) {
      return null;
    }
    string_box x = new string_box();
    x.value = value.get();
    return x;
  }

  private static time_change of(Operation.TimeChange change) {
    time_change x = new time_change();
    switch (change) {
      case Operation.TimeChange.Keep keep -> x.how = time_how.TIME_KEEP;
      case Operation.TimeChange.Server server -> x.how = time_how.TIME_SERVER;
      case Operation.TimeChange.Given(Instant time) -> {
        x.how = time_how.TIME_GIVEN;
        x.time = of(time);
      }
    }
    return x;
  }

  private static fs_time of(Instant time) {
    fs_time x = new fs_time();
    x.seconds = time.getEpochSecond();
    x.nanoseconds = time.getNano();
    return x;
  }

  private static fs_principal of(Principal principal) {
    fs_principal x = new fs_principal();
    x.user = principal.user();
    x.group = principal.group();
    x.groups = String.join(",", principal.groups().stream().sorted().toList());
    return x;
  }

  private static location of(Location where) {
    location x = new location();
    x.base = new path_base();
    switch (where.base()) {
      case Location.Base.Root root -> x.base.kind = base_kind.BASE_ROOT;
      case Location.Base.Inode(InodeId inode) -> {
        x.base.kind = base_kind.BASE_INODE;
        x.base.inode = inode.value();
      }
      case Location.Base.Result(int operation) -> {
        x.base.kind = base_kind.BASE_RESULT;
        x.base.operation = operation;
      }
    }
    x.path = where.path().bytes();
    return x;
  }

  private static object_args object(Location where, boolean follow) {
    object_args x = new object_args();
    x.where = of(where);
    x.follow = follow;
    return x;
  }

  private static xattr_args xattr(Location where, boolean follow, XattrName name) {
    xattr_args x = new xattr_args();
    x.where = of(where);
    x.follow = follow;
    x.name = name.bytes();
    return x;
  }

  private static extent of(Extent value) {
    extent x = new extent();
    x.index = value.index();
    x.count = value.count();
    x.generation = value.generation();
    x.replicas = all(value.replicas(), Generated::of, replica[]::new);
    x.checksums = value.checksums().toArray();
    return x;
  }

  private static replica of(Replica value) {
    replica x = new replica();
    x.datanode = value.datanode().value();
    x.first_block = value.firstBlock();
    return x;
  }

  static ticket of(Ticket value) {
    ticket x = new ticket();
    x.datanode = value.datanode().value();
    x.epoch = value.epoch();
    x.key_id = value.keyId();
    x.first_block = value.firstBlock();
    x.count = value.count();
    x.generation = value.generation();
    x.right = value.right().code();
    x.transaction = value.transaction();
    x.expires = value.expiresMillis();
    x.mac = value.mac().bytes();
    return x;
  }

  private static granted_extent of(GrantedExtent value) {
    granted_extent x = new granted_extent();
    x.run = of(value.extent());
    x.tickets = all(value.tickets(), Generated::of, ticket[]::new);
    return x;
  }

  static compound_result of(Answer answer) {
    compound_result x = new compound_result();
    x.outcomes = all(answer.outcomes(), Generated::of, outcome[]::new);
    if (answer.failure().isPresent()) {
      x.failed = of(answer.failure().get());
    }
    x.sequence = answer.sequence();
    return x;
  }

  private static failure of(Answer.Failure value) {
    failure x = new failure();
    x.status = value.cause().status().code();
    x.operation = value.operation();
    x.message = String.valueOf(value.cause().getMessage());
    x.conflicts = all(value.cause().conflicts(), Generated::of, conflict[]::new);
    return x;
  }

  private static conflict of(Conflict value) {
    conflict x = new conflict();
    x.kind = value.kind().code();
    x.inode = value.inode().value();
    x.path = value.path().bytes();
    x.expected = value.expected();
    x.found = value.found();
    x.user = value.user();
    x.age_millis = value.ageMillis();
    return x;
  }

  private static inode_attributes of(Attributes value) {
    inode_attributes x = new inode_attributes();
    x.inode = value.inode().value();
    x.type = value.type().code();
    x.mode = value.mode();
    x.owner = value.owner();
    x.group = value.group();
    x.size = value.size();
    x.mtime = of(value.mtime());
    x.ctime = of(value.ctime());
    x.birth = of(value.birth());
    x.nlink = value.nlink();
    x.replication = value.replication();
    x.blocks = value.blocks();
    x.inode_version = value.version();
    x.content_version = value.contentVersion();
    return x;
  }

  private static outcome of(Outcome value) {
    outcome x = new outcome();
    switch (value) {
      case Outcome.Done o -> x.kind = outcome_kind.OUTCOME_DONE;
      case Outcome.Inode o -> {
        x.kind = outcome_kind.OUTCOME_INODE;
        x.inode = new inode_outcome();
        x.inode.attributes = of(o.attributes());
        x.inode.created = o.created();
      }
      case Outcome.Inodes o -> {
        x.kind = outcome_kind.OUTCOME_INODES;
        x.inodes = new inodes_outcome();
        x.inodes.results = all(o.results(), Generated::of, stat_result[]::new);
      }
      case Outcome.Versions o -> {
        x.kind = outcome_kind.OUTCOME_VERSIONS;
        x.versions = new versions_outcome();
        x.versions.versions = all(o.versions(), Generated::of, version_pair[]::new);
      }
      case Outcome.Listing o -> {
        x.kind = outcome_kind.OUTCOME_LISTING;
        x.listing = new listing_outcome();
        x.listing.directory = o.directory().value();
        x.listing.content_version = o.contentVersion();
        x.listing.entries = all(o.entries(), Generated::of, directory_entry[]::new);
        x.listing.complete = o.complete();
      }
      case Outcome.Value o -> {
        x.kind = outcome_kind.OUTCOME_BYTES;
        x.bytes = new bytes_outcome();
        x.bytes.bytes = o.bytes().toArray();
      }
      case Outcome.Names o -> {
        x.kind = outcome_kind.OUTCOME_NAMES;
        x.names = new names_outcome();
        x.names.names = all(o.names(), Generated::of, xattr_name[]::new);
      }
      case Outcome.Content o -> {
        x.kind = outcome_kind.OUTCOME_CONTENT;
        x.content = new content_outcome();
        x.content.attributes = of(o.attributes());
        x.content.content = of(o.body());
      }
      case Outcome.Allocation o -> {
        x.kind = outcome_kind.OUTCOME_ALLOCATION;
        x.allocation = new allocation_outcome();
        x.allocation.extents = all(o.extents(), Generated::of, granted_extent[]::new);
      }
      case Outcome.Removed o -> {
        x.kind = outcome_kind.OUTCOME_REMOVED;
        x.removed = new removed_outcome();
        x.removed.entries = o.entries();
      }
      case Outcome.Filesystem o -> {
        x.kind = outcome_kind.OUTCOME_FILESYSTEM;
        x.filesystem = new filesystem_outcome();
        x.filesystem.total_blocks = o.totalBlocks();
        x.filesystem.used_blocks = o.usedBlocks();
        x.filesystem.reserved_blocks = o.reservedBlocks();
        x.filesystem.block_size = o.blockSize();
        x.filesystem.inodes = o.inodes();
        x.filesystem.sequence = o.sequence();
      }
      case Outcome.Copied o -> {
        x.kind = outcome_kind.OUTCOME_COPIED;
        x.copied = new copied_outcome();
        x.copied.inode = o.inode().value();
        x.copied.entries = o.entries();
        x.copied.unfilled = all(o.unfilled(), Generated::of, unfilled_copy[]::new);
      }
      case Outcome.Committed o -> {
        x.kind = outcome_kind.OUTCOME_COMMITTED;
        x.committed = new committed_outcome();
        x.committed.sequence = o.sequence();
      }
    }
    return x;
  }

  private static unfilled_copy of(Outcome.Unfilled file) {
    unfilled_copy x = new unfilled_copy();
    x.source = file.source().value();
    x.copy = file.copy().value();
    x.size = file.size();
    return x;
  }

  private static stat_result of(Outcome.Found found) {
    stat_result x = new stat_result();
    x.status = found.status().code();
    if (found.attributes().isPresent()) {
      x.attributes = of(found.attributes().get());
    }
    return x;
  }

  private static version_pair of(Outcome.VersionPair pair) {
    version_pair x = new version_pair();
    x.inode_version = pair.version();
    x.content_version = pair.contentVersion();
    return x;
  }

  private static directory_entry of(Outcome.Entry entry) {
    directory_entry x = new directory_entry();
    x.name = entry.name().bytes();
    x.inode = entry.inode().value();
    if (entry.attributes().isPresent()) {
      x.attributes = of(entry.attributes().get());
    }
    return x;
  }

  private static xattr_name of(XattrName name) {
    xattr_name x = new xattr_name();
    x.name = name.bytes();
    return x;
  }

  private static inline_block of(InlineBlock block) {
    inline_block x = new inline_block();
    x.index = block.index();
    x.bytes = block.bytes().toArray();
    return x;
  }

  private static content_body of(Outcome.Body body) {
    content_body x = new content_body();
    switch (body) {
      case Outcome.Body.Inline o -> {
        x.kind = content_kind.CONTENT_INLINE;
        x.bytes = o.bytes().toArray();
      }
      case Outcome.Body.Blocks o -> {
        x.kind = content_kind.CONTENT_BLOCKS;
        x.blocks = new content_blocks();
        x.blocks.extents = all(o.extents(), Generated::of, granted_extent[]::new);
        x.blocks.next = o.next();
        x.blocks.inline_bytes = o.inline().map(Generated::of).orElse(null);
      }
    }
    return x;
  }
}
