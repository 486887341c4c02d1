package io.plasmafs.namenode.fsck;

import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.InodeAudit;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import java.util.ArrayList;
import java.util.List;

/// What must hold of an inode by itself and of the rows that belong to it.
///
/// | Kind of finding | Rule |
/// |---|---|
/// | `orphan-inode` | who has links has a name; the root alone needs none |
/// | `link-count` | links are the names; of a directory 2 and its subdirectories |
/// | `directory-names` | a directory has one name, in the directory that it thinks it is in |
/// | `directory-size` | the size of a directory is the number of its entries |
/// | `content-kind` | runs of blocks, content kept with the metadata, both or neither, as the inode says, and no block in two ways |
/// | `block-count` | the inode's blocks are those of its runs |
/// | `inline-size` | content kept with the metadata does not reach beyond the end of the file |
///
/// An inode without links is waiting for its last user to be done with it, and is not judged.
final class InodeCheck {
  private InodeCheck() {}

  /// Something that does not hold.
  record Problem(String kind, String message) {}

  /// @param blockSize of the cluster, in bytes
  static List<Problem> problemsOf(InodeAudit inode, int blockSize) {
    List<Problem> problems = new ArrayList<>();
    if (inode.nlink() == 0) {
      if (inode.names() > 0) {
        problems.add(
            new Problem(
                "link-count", "the link count is 0, but names that point to it: " + inode.names()));
      }
      return problems;
    }
    if (inode.type() == FileType.DIRECTORY) {
      checkDirectory(inode, problems);
    } else if (inode.names() == 0) {
      problems.add(
          new Problem(
              "orphan-inode",
              "no name points to it, its link count is "
                  + inode.nlink()
                  + ", its size "
                  + inode.size()));
    } else if (inode.names() != inode.nlink()) {
      problems.add(
          new Problem(
              "link-count",
              "the link count is " + inode.nlink() + ", names that point to it: " + inode.names()));
    }
    checkContent(inode, blockSize, problems);
    return problems;
  }

  private static void checkDirectory(InodeAudit inode, List<Problem> problems) {
    boolean root = inode.id().equals(InodeId.ROOT);
    if (!root && inode.names() == 0) {
      problems.add(
          new Problem(
              "orphan-inode",
              "no name points to this directory of " + inode.children() + " entries"));
    } else if (inode.names() > (root ? 0 : 1) || inode.namesElsewhere() > 0) {
      problems.add(
          new Problem(
              "directory-names",
              "names of this directory: "
                  + inode.names()
                  + ", of these elsewhere than in "
                  + inode.parent()
                  + ", where it should be: "
                  + inode.namesElsewhere()));
    }
    if (inode.nlink() != 2 + inode.subdirectories()) {
      problems.add(
          new Problem(
              "link-count",
              "the link count is "
                  + inode.nlink()
                  + ", expected 2 and its subdirectories: "
                  + (2 + inode.subdirectories())));
    }
    if (inode.size() != inode.children()) {
      problems.add(
          new Problem(
              "directory-size",
              "the size is " + inode.size() + ", entries in it: " + inode.children()));
    }
  }

  private static void checkContent(InodeAudit inode, int blockSize, List<Problem> problems) {
    ContentKind found = ContentKind.of(inode.attachedBlocks(), inode.inlineBlock());
    // a file of which all is a hole has no runs left
    boolean hole = found == ContentKind.NONE && inode.content() == ContentKind.BLOCKS;
    if (inode.inlineTwice() || (found != inode.content() && !hole)) {
      problems.add(
          new Problem(
              "content-kind",
              "the inode says that its content is "
                  + inode.content()
                  + ", but there are "
                  + inode.extents()
                  + " runs of blocks and "
                  + (inode.inlineBlock() < 0
                      ? "nothing"
                      : inode.inlineBytes() + " bytes of block " + inode.inlineBlock())
                  + " with the metadata"
                  + (inode.inlineTwice() ? ", and that block is in a run as well" : "")));
    }
    if (inode.blocks() != inode.attachedBlocks()) {
      problems.add(
          new Problem(
              "block-count",
              "the inode says that it has "
                  + inode.blocks()
                  + " blocks, its runs have "
                  + inode.attachedBlocks()));
    }
    if (inode.inlineBlock() * blockSize + inode.inlineBytes() > inode.size()) {
      problems.add(
          new Problem(
              "inline-size",
              "the size is "
                  + inode.size()
                  + ", with the metadata are "
                  + inode.inlineBytes()
                  + " bytes of block "
                  + inode.inlineBlock()));
    }
  }
}
