package io.plasmafs.nio;

import io.plasmafs.client.WriteOptions;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// How a file is opened, once the options were found to make sense.
///
/// @param create if it is missing
/// @param createNew it must be missing
/// @param sync each write is durable when it returns
record OpenMode(
    boolean read,
    boolean write,
    boolean append,
    boolean truncate,
    boolean create,
    boolean createNew,
    boolean deleteOnClose,
    boolean sync,
    boolean follow) {

  /// The mode that these options ask for.
  ///
  /// @throws IllegalArgumentException if they contradict one another
  /// @throws UnsupportedOperationException if one is unknown
  static OpenMode of(Set<? extends OpenOption> options) {
    for (OpenOption option : options) {
      if (!(option instanceof StandardOpenOption) && option != LinkOption.NOFOLLOW_LINKS) {
        throw new UnsupportedOperationException("the option " + option + " is not known");
      }
    }
    boolean append = options.contains(StandardOpenOption.APPEND);
    boolean write = append || options.contains(StandardOpenOption.WRITE);
    boolean read = options.contains(StandardOpenOption.READ);
    boolean truncate = options.contains(StandardOpenOption.TRUNCATE_EXISTING);
    if (append && read) {
      throw new IllegalArgumentException("a file cannot be opened with both APPEND and READ");
    }
    if (append && truncate) {
      throw new IllegalArgumentException(
          "a file cannot be opened with both APPEND and TRUNCATE_EXISTING");
    }
    boolean createNew = write && options.contains(StandardOpenOption.CREATE_NEW);
    return new OpenMode(
        read || !write,
        write,
        append,
        truncate && write,
        createNew || (write && options.contains(StandardOpenOption.CREATE)),
        createNew,
        options.contains(StandardOpenOption.DELETE_ON_CLOSE),
        options.contains(StandardOpenOption.SYNC) || options.contains(StandardOpenOption.DSYNC),
        !options.contains(LinkOption.NOFOLLOW_LINKS));
  }

  /// What a stream that writes does with a file that exists.
  WriteOptions.How how() {
    if (createNew) {
      return WriteOptions.How.CREATE_NEW;
    }
    if (append) {
      return WriteOptions.How.APPEND;
    }
    if (truncate) {
      return WriteOptions.How.TRUNCATE;
    }
    return create ? WriteOptions.How.UPDATE : WriteOptions.How.UPDATE_EXISTING;
  }
}
