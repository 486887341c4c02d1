package io.plasmafs.http.commits;

import io.plasmafs.http.files.MetadataPatch;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation;
import java.nio.ByteBuffer;
import java.util.Optional;

/// One thing that a commit does. Steps are done in their order, each sees what those before it did.
sealed interface Step {

  /// Creates a file or replaces its content.
  ///
  /// @param type of the content, to be stored with it
  record Put(FsPath path, ByteBuffer content, int mode, Optional<String> type) implements Step {}

  /// Moves a finished upload to its place; what is there gives way.
  record Publish(FsPath path, String upload, int mode, Optional<String> type) implements Step {}

  /// What the namenode does by itself.
  record Plain(Operation operation) implements Step {}

  /// Copies a file or a tree.
  record Copy(FsPath from, FsPath to, boolean noReplace) implements Step {}

  /// Takes away a file, a link, or an empty directory.
  record Delete(FsPath path) implements Step {}

  /// Changes attributes.
  record SetAttributes(FsPath path, MetadataPatch patch) implements Step {}
}
