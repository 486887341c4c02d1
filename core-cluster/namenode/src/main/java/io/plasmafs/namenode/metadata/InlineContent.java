package io.plasmafs.namenode.metadata;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.InlineBlock;
import java.util.Optional;

/// What of a file is kept with the metadata: all of a small one, else the bytes of one block, most
/// often the last.
///
/// @param index of the block in the file
/// @param bytes from the start of the block on; what follows in it is a hole
/// @param pieces in how many rows it is stored: each commit that adds to it puts one
public record InlineContent(long index, Bytes bytes, int pieces) {
  /// Nothing of the file is kept with the metadata.
  public static final InlineContent NONE = new InlineContent(0, Bytes.EMPTY, 0);

  /// In one row; [#NONE] if there are no bytes.
  public static InlineContent whole(long index, Bytes bytes) {
    return bytes.length() == 0 ? NONE : new InlineContent(index, bytes, 1);
  }

  /// Whether nothing is kept with the metadata.
  public boolean isEmpty() {
    return bytes.length() == 0;
  }

  /// Bytes kept.
  public int length() {
    return bytes.length();
  }

  /// As others are shown it.
  public Optional<InlineBlock> asBlock() {
    return isEmpty() ? Optional.empty() : Optional.of(new InlineBlock(index, bytes));
  }

  /// Whether it lies in blocks `first` to before `end`.
  public boolean isWithin(long first, long end) {
    return !isEmpty() && first <= index && index < end;
  }
}
