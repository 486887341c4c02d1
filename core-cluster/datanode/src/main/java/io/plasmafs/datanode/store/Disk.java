package io.plasmafs.datanode.store;

import java.io.IOException;
import java.nio.file.Path;

/// Where volumes keep their files. The edge to the operating system: tests put disks here that
/// fail.
public interface Disk {
  /// Opens a file that exists, for reading and writing.
  DiskFile open(Path file) throws IOException;

  /// The disk of this machine.
  static Disk local() {
    return LocalDiskFile::new;
  }
}
