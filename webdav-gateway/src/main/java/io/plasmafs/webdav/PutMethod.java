package io.plasmafs.webdav;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.RequestBody;
import io.plasmafs.http.files.Patience;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.webdav.lock.LockGuard;
import io.plasmafs.webdav.lock.LockTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Creates a file or replaces its content (RFC 4918 section 9.7): all of it or, if the upload
/// breaks off, nothing. Its inode, and with it its properties, stay.
///
/// @param inlineLimit files up to this many bytes are kept with the metadata
record PutMethod(Guards guards, LockTable locks, PartialWrites partialWrites, int inlineLimit)
    implements DavMethod {
  private static final int FILE_MODE = 0644;

  /// Bodies up to this size are gathered first, so that a conflict can be overcome by trying again.
  private static final int GATHERED_BYTES = 64 << 10;

  /// @param created whether there was nothing before
  private record Stored(boolean created, InodeId inode) {}

  @Override
  public void handle(DavRequest request) throws Exception {
    if (request.slash() || request.path().isEmpty()) {
      throw new DavException(
          405, request.path() + " is a collection, or its URL ends with a slash");
    }
    if (request.header("Content-Range").isPresent()) {
      partialWrites.put(request);
      return;
    }
    Upload upload = Upload.of(request.exchange());
    Scope.Edited<Stored> stored =
        upload.length().orElse(Long.MAX_VALUE) <= GATHERED_BYTES
            ? gathered(request, upload, gather(upload, request.exchange().body()))
            : streamed(request, upload);
    if (stored.commit() != 0) {
      EntityTag tag = EntityTag.of(stored.result().inode(), stored.commit());
      request.exchange().header("ETag", tag.toString());
    }
    if (upload.modified().isPresent()) {
      request.exchange().header("X-OC-MTime", "accepted");
    }
    request.end(stored.result().created() ? 201 : 204);
  }

  private Scope.Edited<Stored> gathered(DavRequest request, Upload upload, ByteBuffer content)
      throws Exception {
    boolean plain = request.conditions().isEmpty() && !request.ifHeader().isPresent();
    if (plain && content.remaining() <= inlineLimit) {
      byte[] bytes = new byte[content.remaining()];
      content.get(bytes);
      return planned(request, upload, Bytes.wrap(bytes));
    }
    return request.edit(transaction -> {
      Optional<Attributes> old = enter(transaction, request);
      Attributes file =
          transaction.write(Location.of(request.path()), content.duplicate(), WriteOptions.DEFAULT);
      return finish(transaction, upload, old, file);
    });
  }

  /// What most requests are: a small file, and no conditions. Everything is looked at in one round
  /// trip, and done in another.
  private Scope.Edited<Stored> planned(DavRequest request, Upload upload, Bytes content)
      throws Exception {
    FsPath path = request.path();
    LockGuard guard = new LockGuard(locks, Set.of());
    Scope.Edited<List<Outcome>> done =
        request
            .scope()
            .apply(view -> {
              LockTable.Look look = locks.look(view, path, List.of(path, path.parent()));
              Optional<Attributes> old = look.more().get(0);
              requireNoCollection(path, old);
              if (!look.more().get(1).map(Attributes::isDirectory).orElse(false)) {
                throw new DavException(409, path.parent() + " is no collection");
              }
              List<Operation> operations = new ArrayList<>();
              operations.add(
                  new Operation.Create(Location.of(path), CreateMode.TRUNCATE, FILE_MODE, 0));
              Location file = Location.ofResult(0);
              if (content.length() > 0) {
                operations.add(new Operation.WriteInline(file, content));
              }
              operations.addAll(upload.attributes(file));
              operations.addAll(guard.admit(look.locks(), path, old.isEmpty()));
              return operations;
            });
    Outcome.Inode file = (Outcome.Inode) done.result().get(0);
    return new Scope.Edited<>(new Stored(file.created(), file.attributes().inode()), done.commit());
  }

  private static ByteBuffer gather(Upload upload, RequestBody body) throws IOException {
    ByteBuffer content = ByteBuffer.allocate((int) upload.length().orElseThrow() + 1);
    try (ReadableByteChannel checked = upload.checked(body)) {
      while (checked.read(content) >= 0) {
        if (!content.hasRemaining()) {
          throw new DavException(400, "the body is longer than was announced");
        }
      }
    }
    return content.flip();
  }

  private Scope.Edited<Stored> streamed(DavRequest request, Upload upload) throws Exception {
    return request.editOnce(transaction -> {
      Opened opened = Patience.with(() -> open(transaction, request));
      copy(upload.checked(request.exchange().body()), opened.out());
      return finish(transaction, upload, opened.old(), transaction.stat(opened.out().inode()));
    });
  }

  private record Opened(Optional<Attributes> old, PlasmaOutputStream out) {}

  private Opened open(Transaction transaction, DavRequest request) {
    Optional<Attributes> old = enter(transaction, request);
    return new Opened(
        old, transaction.openOutput(Location.of(request.path()), WriteOptions.DEFAULT));
  }

  private static void copy(ReadableByteChannel body, PlasmaOutputStream out) throws IOException {
    try {
      long unused = out.transferFrom(body, count -> {});
      out.close();
    } catch (IOException | RuntimeException e) {
      out.abort();
      throw e;
    }
  }

  /// Lets the change begin.
  ///
  /// @return what is there now
  private Optional<Attributes> enter(Transaction transaction, DavRequest request) {
    Optional<Attributes> old = DavRequest.find(transaction, request.path());
    requireNoCollection(request.path(), old);
    LockGuard guard = guards.enter(transaction, request);
    if (old.isPresent()) {
      guard.change(transaction, request.path());
    } else {
      DavRequest.requireCollection(transaction, request.path().parent());
      guard.create(transaction, request.path());
    }
    return old;
  }

  private static void requireNoCollection(FsPath path, Optional<Attributes> old) {
    if (old.map(Attributes::isDirectory).orElse(false)) {
      throw new DavException(405, path + " is a collection");
    }
  }

  private static Stored finish(
      Transaction transaction, Upload upload, Optional<Attributes> old, Attributes file) {
    List<Operation> attributes = upload.attributes(Location.of(file.inode()));
    if (!attributes.isEmpty()) {
      var unused = transaction.execute(attributes);
    }
    return new Stored(old.isEmpty(), file.inode());
  }
}
