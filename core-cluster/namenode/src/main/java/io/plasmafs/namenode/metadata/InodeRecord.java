package io.plasmafs.namenode.metadata;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import java.time.Instant;
import java.util.Optional;

/// An inode as it is stored: what `stat` shows of it, and what it does not.
///
/// @param content how the bytes are kept; NONE for all that is no regular file, and for empty ones
/// @param parent of a directory: the directory that holds its only name, its own number for the
///   root; [InodeId#NONE] for all else
/// @param target of a symbolic link, else absent
public record InodeRecord(
    Attributes attributes, ContentKind content, InodeId parent, Optional<LinkTarget> target) {

  /// How the bytes of a regular file are kept.
  public enum ContentKind {
    /// There are none, or all are a hole.
    NONE(0),
    /// All with the metadata, in block 0.
    INLINE(1),
    /// In blocks on datanodes.
    BLOCKS(2),
    /// One block with the metadata, the others, if there are any, on datanodes.
    MIXED(3);

    private final int code;

    ContentKind(int code) {
      this.code = code;
    }

    /// The number in the tables.
    public int code() {
      return code;
    }

    /// The kind of the number in the tables.
    public static ContentKind ofCode(int code) {
      for (ContentKind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of content has the number " + code);
    }

    /// The kind of what is kept like this.
    ///
    /// @param blocks on datanodes
    public static ContentKind of(long blocks, InlineContent inline) {
      return of(blocks, inline.isEmpty() ? -1 : inline.index());
    }

    /// The kind of what is kept like this.
    ///
    /// @param blocks on datanodes
    /// @param inline the block that is kept with the metadata, -1 if none is
    public static ContentKind of(long blocks, long inline) {
      if (inline < 0) {
        return blocks == 0 ? NONE : BLOCKS;
      }
      return blocks == 0 && inline == 0 ? INLINE : MIXED;
    }

    /// Whether something may be kept with the metadata.
    public boolean hasInline() {
      return this == INLINE || this == MIXED;
    }

    /// Whether there may be blocks on datanodes.
    public boolean hasBlocks() {
      return this == BLOCKS || this == MIXED;
    }
  }

  /// Its number.
  public InodeId id() {
    return attributes.inode();
  }

  /// What it is.
  public FileType type() {
    return attributes.type();
  }

  /// Permission bits, 07777.
  public int mode() {
    return attributes.mode();
  }

  /// The user who owns it.
  public String owner() {
    return attributes.owner();
  }

  /// The group it belongs to.
  public String group() {
    return attributes.group();
  }

  /// Bytes; of a directory the number of its entries.
  public long size() {
    return attributes.size();
  }

  /// When its bytes changed last, of a directory its entries.
  public Instant mtime() {
    return attributes.mtime();
  }

  /// When anything of it changed last.
  public Instant ctime() {
    return attributes.ctime();
  }

  /// When it was made.
  public Instant birth() {
    return attributes.birth();
  }

  /// Names that point to it; of a directory 2 and its subdirectories; 0 once unlinked.
  public int nlink() {
    return attributes.nlink();
  }

  /// Copies wanted of each block.
  public int replication() {
    return attributes.replication();
  }

  /// Blocks attached, in one replica.
  public long blocks() {
    return attributes.blocks();
  }

  /// Number of the last commit that changed anything of it.
  public long version() {
    return attributes.version();
  }

  /// Number of the last commit that changed its bytes, of a directory its entries.
  public long contentVersion() {
    return attributes.contentVersion();
  }
}
