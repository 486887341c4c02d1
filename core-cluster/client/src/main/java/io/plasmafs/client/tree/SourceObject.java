package io.plasmafs.client.tree;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.model.FileType;
import io.plasmafs.model.LinkTarget;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.LongConsumer;

/// Something that is to be copied into a cluster: it knows the attributes and the content that its
/// copy gets.
sealed interface SourceObject permits LocalObject, ClusterObject {

  /// Absent if it is neither file nor directory nor symbolic link.
  Optional<FileType> type();

  /// Permission bits, 07777.
  int mode();

  long size();

  Instant modified();

  /// Another one after each change of the content, as far as its place can tell; one word.
  String version();

  Ownership ownership() throws IOException;

  /// Where it points, if it is a symbolic link.
  LinkTarget target() throws IOException;

  /// The whole content of a small file.
  ByteBuffer content() throws IOException;

  /// The content of a file, from its start to its end.
  InputStream open() throws IOException;

  /// Sends the whole content of a large file.
  ///
  /// @param progress is told of bytes as they are sent
  void send(PlasmaOutputStream out, LongConsumer progress) throws IOException;

  /// Names of an owner and a group.
  record Ownership(String owner, String group) {}
}
