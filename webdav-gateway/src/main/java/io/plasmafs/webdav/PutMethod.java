package io.plasmafs.webdav;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.RequestBody;
import io.plasmafs.http.files.Patience;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.webdav.lock.LockGuard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Optional;

/// Creates a file or replaces its content (RFC 4918 section 9.7): all of it or, if the upload
/// breaks off, nothing. Its inode, and with it its properties, stay.
record PutMethod(Guards guards, PartialWrites partialWrites) implements DavMethod {
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
            ? gathered(request, upload)
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

  private Scope.Edited<Stored> gathered(DavRequest request, Upload upload) throws Exception {
    ByteBuffer content = gather(upload, request.exchange().body());
    return request.edit(transaction -> {
      Optional<Attributes> old = enter(transaction, request);
      Attributes file =
          transaction.write(Location.of(request.path()), content.duplicate(), WriteOptions.DEFAULT);
      return finish(transaction, upload, old, file);
    });
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
    if (old.map(Attributes::isDirectory).orElse(false)) {
      throw new DavException(405, request.path() + " is a collection");
    }
    LockGuard guard = guards.enter(transaction, request);
    if (old.isPresent()) {
      guard.change(transaction, request.path());
    } else {
      DavRequest.requireCollection(transaction, request.path().parent());
      guard.create(transaction, request.path());
    }
    return old;
  }

  private static Stored finish(
      Transaction transaction, Upload upload, Optional<Attributes> old, Attributes file) {
    List<Operation> attributes = upload.attributes(file);
    if (!attributes.isEmpty()) {
      var unused = transaction.execute(attributes);
    }
    return new Stored(old.isEmpty(), file.inode());
  }
}
