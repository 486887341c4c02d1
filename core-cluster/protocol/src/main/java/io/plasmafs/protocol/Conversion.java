package io.plasmafs.protocol;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Ticket;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.cluster_entry;
import io.plasmafs.protocol.xdr.commit_args;
import io.plasmafs.protocol.xdr.datanode_entry;
import io.plasmafs.protocol.xdr.fs_principal;
import io.plasmafs.protocol.xdr.ticket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Between the model and the generated classes, for the calls that are made of these. COMPOUND has
/// [CompoundMessage] and [AnswerMessage] instead.
///
/// `toXdr` throws [FsException] EINVAL for a value beyond the bounds of the contract, `toModel` for
/// a value that the model does not know; both are for the receiver of bad arguments to answer.
public final class Conversion {
  private Conversion() {}

  /// A ticket, for the wire.
  public static ticket toXdr(Ticket value) {
    ticket result = new ticket();
    result.datanode = value.datanode().value();
    result.epoch = value.epoch();
    result.key_id = value.keyId();
    result.first_block = value.firstBlock();
    result.count = value.count();
    result.generation = value.generation();
    result.right = value.right().code();
    result.transaction = value.transaction();
    result.expires = value.expiresMillis();
    result.mac = value.mac().bytes();
    return result;
  }

  /// A ticket from the wire, not verified.
  public static Ticket toModel(ticket value) {
    try {
      return new Ticket(
          ValueCodec.datanode("datanode", value.datanode),
          value.epoch,
          value.key_id,
          value.first_block,
          value.count,
          value.generation,
          ValueCodec.right(value.right),
          value.transaction,
          value.expires,
          Ticket.Mac.of(value.mac));
    } catch (XdrException | IllegalArgumentException e) {
      throw invalid("ticket", e);
    }
  }

  /// A principal, for the wire.
  public static fs_principal toXdr(Principal value) {
    fs_principal result = new fs_principal();
    result.user = bounded("user", value.user(), Contract.USER_MAX);
    result.group = bounded("group", value.group(), Contract.USER_MAX);
    try {
      result.groups = bounded("groups", ValueCodec.joinGroups(value.groups()), Contract.GROUPS_MAX);
    } catch (XdrException e) {
      throw invalid("principal", e);
    }
    return result;
  }

  /// A principal from the wire.
  public static Principal toModel(fs_principal value) {
    try {
      return ValueCodec.principal(value.user, value.group, value.groups);
    } catch (XdrException e) {
      throw invalid("principal", e);
    }
  }

  /// A datanode, for the wire.
  public static datanode_entry toXdr(Datanode value) {
    datanode_entry result = new datanode_entry();
    result.datanode = value.id().value();
    result.identity = bounded("identity", value.identity(), 64);
    result.address = bounded("address", value.address(), Contract.ADDRESS_MAX);
    result.local = bounded("local", value.local(), Contract.ADDRESS_MAX);
    result.host = bounded("host", value.host(), Contract.USER_MAX);
    result.rack = bounded("rack", value.rack(), Contract.USER_MAX);
    result.state = value.state().code();
    result.blocks = value.blocks();
    result.used = value.used();
    result.reserved = value.reserved();
    result.heartbeat_age_millis = value.heartbeatAgeMillis();
    return result;
  }

  /// A datanode from the wire.
  public static Datanode toModel(datanode_entry value) {
    try {
      return new Datanode(
          new DatanodeId(value.datanode),
          value.identity,
          value.address,
          value.local,
          value.host,
          value.rack,
          datanodeState(value.state),
          value.blocks,
          value.used,
          value.reserved,
          value.heartbeat_age_millis);
    } catch (IllegalArgumentException e) {
      throw invalid("datanode", e);
    }
  }

  private static Datanode.State datanodeState(int code) {
    return switch (code) {
      case 0 -> Datanode.State.NEW;
      case 1 -> Datanode.State.ALIVE;
      case 2 -> Datanode.State.SUSPECT;
      case 3 -> Datanode.State.DEAD;
      case 4 -> Datanode.State.DISABLED;
      case 5 -> Datanode.State.DRAINING;
      default -> throw new IllegalArgumentException("no datanode state has the number " + code);
    };
  }

  /// A cluster, for the wire.
  public static cluster_entry toXdr(ClusterDescription value) {
    cluster_entry result = new cluster_entry();
    result.cluster = bounded("cluster", value.name(), Contract.USER_MAX);
    result.block_size = value.blockSize();
    result.slice_size = value.sliceSize();
    result.inline_limit = value.inlineLimit();
    result.replication = value.replication();
    result.epoch = value.epoch();
    result.sequence = value.sequence();
    return result;
  }

  /// A cluster from the wire.
  public static ClusterDescription toModel(cluster_entry value) {
    try {
      return new ClusterDescription(
          value.cluster,
          value.block_size,
          value.slice_size,
          value.inline_limit,
          value.replication,
          value.epoch,
          value.sequence);
    } catch (IllegalArgumentException e) {
      throw invalid("cluster", e);
    }
  }

  /// The token of a commit that is asked for, for the wire.
  public static commit_args toXdr(CommitToken value) {
    commit_args result = new commit_args();
    result.token = value.bytes();
    return result;
  }

  /// The token of a commit that is asked for; absent if it is empty.
  public static Optional<CommitToken> toModel(commit_args value) {
    return value.token.length == 0 ? Optional.empty() : Optional.of(CommitToken.of(value.token));
  }

  /// A status from the wire.
  public static FsStatus status(int code) {
    return FsStatus.ofCode(code)
        .orElseThrow(() -> new FsException(FsStatus.EINVAL, "no status has the number " + code));
  }

  /// A message for people that fits `message<MESSAGE_MAX>`: cut off where it is too long.
  public static String message(String text) {
    return ValueCodec.cut(text, Contract.MESSAGE_MAX);
  }

  private static String bounded(String field, String value, int max) {
    // A character of UTF-16 has at most three bytes of UTF-8: most values need no counting.
    if (value.length() > max / 3) {
      int bytes = value.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > max) {
        throw new FsException(
            FsStatus.EINVAL, field + " has " + bytes + " bytes, at most " + max + " are allowed");
      }
    }
    return value;
  }

  private static FsException invalid(String what, Exception cause) {
    return new FsException(
        FsStatus.EINVAL, "the " + what + " is malformed: " + cause.getMessage(), cause);
  }
}
