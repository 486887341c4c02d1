package io.plasmafs.model.operation;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import java.util.List;
import java.util.Optional;

/// What an [Operation] answers when it succeeds.
public sealed interface Outcome {

  /// It is done; there is nothing to tell.
  record Done() implements Outcome {}

  /// The object after the operation.
  ///
  /// @param created whether the operation made it
  record Inode(Attributes attributes, boolean created) implements Outcome {}

  /// Objects in the order of the question.
  record Inodes(List<Found> results) implements Outcome {
    public Inodes {
      results = List.copyOf(results);
    }
  }

  /// One object of many.
  ///
  /// @param attributes present exactly when the status is OK
  record Found(FsStatus status, Optional<Attributes> attributes) {}

  /// Committed versions in the order of the question.
  record Versions(List<VersionPair> versions) implements Outcome {
    public Versions {
      versions = List.copyOf(versions);
    }
  }

  /// Committed versions of one inode; both 0 if there is no such inode.
  record VersionPair(long version, long contentVersion) {}

  /// A page of a directory.
  ///
  /// @param contentVersion of the directory; 0 while the transaction has changes of its own in it
  /// @param complete whether nothing comes after the last entry
  record Listing(InodeId directory, long contentVersion, List<Entry> entries, boolean complete)
      implements Outcome {
    public Listing {
      entries = List.copyOf(entries);
    }
  }

  /// A name in a directory.
  ///
  /// @param attributes present if they were asked for
  record Entry(Name name, InodeId inode, Optional<Attributes> attributes) {}

  /// A link's target or an extended attribute's value.
  record Value(Bytes bytes) implements Outcome {}

  /// Names of extended attributes, sorted.
  record Names(List<XattrName> names) implements Outcome {
    public Names {
      names = List.copyOf(names);
    }
  }

  /// Where the bytes of a file are.
  record Content(Attributes attributes, Body body) implements Outcome {}

  /// The ways to keep a file's bytes.
  sealed interface Body {
    /// With the metadata: all the bytes.
    record Inline(Bytes bytes) implements Body {}

    /// In blocks, on datanodes but for one at most.
    ///
    /// @param extents of the range asked for, in order; what they leave out is a hole
    /// @param next the first block not described, where the answer had to be cut
    /// @param inline the block that is kept with the metadata, if there is one, and it is in the
    ///   range or that begins with block 0
    record Blocks(List<GrantedExtent> extents, long next, Optional<InlineBlock> inline)
        implements Body {
      public Blocks {
        extents = List.copyOf(extents);
      }
    }
  }

  /// Reserved blocks with tickets to write them; together as many as were asked for, in order.
  record Allocation(List<GrantedExtent> extents) implements Outcome {
    public Allocation {
      extents = List.copyOf(extents);
    }
  }

  /// How many names went away.
  record Removed(long entries) implements Outcome {}

  /// A copy of a tree.
  ///
  /// @param inode of its top
  /// @param entries how many names there are in it, the top's included
  /// @param unfilled files whose content is in blocks: their copies have the size and no content
  record Copied(InodeId inode, long entries, List<Unfilled> unfilled) implements Outcome {
    public Copied {
      unfilled = List.copyOf(unfilled);
    }
  }

  /// A copy that is still to be given the content of its original.
  ///
  /// @param size of both, in bytes
  record Unfilled(InodeId source, InodeId copy, long size) {}

  /// Space and counts, in blocks of `blockSize` bytes over all datanodes, each replica counted.
  record Filesystem(
      long totalBlocks,
      long usedBlocks,
      long reservedBlocks,
      int blockSize,
      long inodes,
      long sequence)
      implements Outcome {}

  /// The commit is durable and visible.
  ///
  /// @param sequence number of the commit, now the version of all that it changed; 0 if the
  ///   transaction changed nothing
  record Committed(long sequence) implements Outcome {}
}
