package io.plasmafs.nio;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;

/// Extended attributes whose names begin with `user.`, under the rest of their names, as Linux has
/// it.
final class XattrView implements UserDefinedFileAttributeView {
  private static final String PREFIX = "user.";

  private final PlasmaPath path;
  private final boolean follow;

  XattrView(PlasmaPath path, boolean follow) {
    this.path = path;
    this.follow = follow;
  }

  @Override
  public String name() {
    return "user";
  }

  private interface Question {
    Operation about(Location where);
  }

  private Outcome ask(Question question) throws IOException {
    return Failures.translate(
        path,
        () -> {
          PlasmaFileSystem fileSystem = path.getFileSystem();
          return fileSystem
              .namespace()
              .execute(question.about(Location.of(fileSystem.locate(path))));
        });
  }

  private static XattrName full(String name) {
    return XattrName.of(PREFIX + name);
  }

  @Override
  public List<String> list() throws IOException {
    Outcome.Names all = (Outcome.Names) ask(where -> new Operation.ListXattrs(where, follow));
    return all.names().stream()
        .map(name -> new String(name.bytes(), StandardCharsets.UTF_8))
        .filter(name -> name.startsWith(PREFIX))
        .map(name -> name.substring(PREFIX.length()))
        .toList();
  }

  /// The whole value.
  byte[] get(String name) throws IOException {
    Outcome.Value value =
        (Outcome.Value) ask(where -> new Operation.GetXattr(where, follow, full(name)));
    return value.bytes().toArray();
  }

  @Override
  public int size(String name) throws IOException {
    return get(name).length;
  }

  @Override
  public int read(String name, ByteBuffer target) throws IOException {
    byte[] value = get(name);
    if (value.length > target.remaining()) {
      throw (IOException)
          new IOException(
                  "the attribute '"
                      + name
                      + "' of "
                      + path
                      + " has "
                      + value.length
                      + " bytes: the buffer takes "
                      + target.remaining())
              .initCause(new BufferOverflowException());
    }
    target.put(value);
    return value.length;
  }

  @Override
  public int write(String name, ByteBuffer source) throws IOException {
    byte[] value = new byte[source.remaining()];
    source.get(value);
    Object unused =
        ask(where ->
            new Operation.SetXattr(where, follow, XattrMode.SET, full(name), Bytes.wrap(value)));
    return value.length;
  }

  @Override
  public void delete(String name) throws IOException {
    Object unused = ask(where -> new Operation.RemoveXattr(where, follow, full(name)));
  }
}
