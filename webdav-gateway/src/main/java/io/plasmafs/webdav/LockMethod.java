package io.plasmafs.webdav;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.webdav.header.Depth;
import io.plasmafs.webdav.header.LockTimeout;
import io.plasmafs.webdav.lock.Lock;
import io.plasmafs.webdav.lock.LockGuard;
import io.plasmafs.webdav.lock.LockTable;
import io.plasmafs.webdav.property.LiveProperties;
import io.plasmafs.webdav.xml.BadXmlException;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import io.plasmafs.webdav.xml.XmlWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Takes a lock, or makes one last longer (RFC 4918 section 9.10). Locking what does not exist
/// makes an empty file (section 7.3).
///
/// @param filesystem the committed one, where locks that have run out are taken away
/// @param user whom locks are to be of
record LockMethod(
    Guards guards, LockTable table, Namespace filesystem, InstantSource clock, String user)
    implements DavMethod {
  private static final int MAX_OWNER_BYTES = 4096;
  private static final int MAX_SHARED = 100;

  /// @param created whether the lock made the resource
  private record Taken(Lock lock, boolean created) {}

  @Override
  public void handle(DavRequest request) throws Exception {
    Optional<XmlElement> body = request.xml();
    if (body.isEmpty()) {
      Lock refreshed = request.edit(transaction -> refresh(transaction, request)).result();
      answer(request, 200, refreshed, false);
      return;
    }
    Depth depth = request.depth(Depth.INFINITY);
    if (depth == Depth.ONE) {
      throw new DavException(400, "a lock has Depth 0 or infinity");
    }
    boolean exclusive = exclusive(body.get());
    Optional<XmlElement> owner = owner(body.get());
    table.sweep(filesystem);
    Taken taken =
        request.edit(transaction -> take(transaction, request, depth, exclusive, owner)).result();
    answer(request, taken.created() ? 201 : 200, taken.lock(), true);
  }

  private static boolean exclusive(XmlElement body) {
    if (!body.name().equals(XmlName.dav("lockinfo"))) {
      throw new BadXmlException("expected {DAV:}lockinfo, found " + body.name());
    }
    boolean write =
        body.child(XmlName.dav("locktype"))
            .flatMap(type -> type.child(XmlName.dav("write")))
            .isPresent();
    Optional<XmlElement> scope = body.child(XmlName.dav("lockscope"));
    boolean exclusive = scope.flatMap(s -> s.child(XmlName.dav("exclusive"))).isPresent();
    boolean shared = scope.flatMap(s -> s.child(XmlName.dav("shared"))).isPresent();
    if (!write || exclusive == shared) {
      throw new DavException(422, "the lock must be a write lock, exclusive or shared");
    }
    return exclusive;
  }

  private static Optional<XmlElement> owner(XmlElement body) {
    Optional<XmlElement> owner = body.child(XmlName.dav("owner"));
    owner.ifPresent(o -> {
      int bytes = XmlWriter.fragment(o).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MAX_OWNER_BYTES) {
        throw new DavException(
            413, "the owner has " + bytes + " bytes: at most " + MAX_OWNER_BYTES + " are allowed");
      }
    });
    return owner;
  }

  private Taken take(
      Transaction transaction,
      DavRequest request,
      Depth wanted,
      boolean exclusive,
      Optional<XmlElement> owner) {
    FsPath path = request.path();
    LockGuard guard = guards.enter(transaction, request);
    Optional<Attributes> target = DavRequest.find(transaction, path);
    List<LockTable.Found> way = table.onTheWay(transaction, path);
    List<Operation> requirements = new ArrayList<>();
    List<Lock> inTheWay = new ArrayList<>();
    for (LockTable.Found one : way) {
      requirements.addAll(one.requirements());
      one.locks().stream()
          .filter(lock -> lock.covers(path) && (exclusive || lock.exclusive()))
          .forEach(inTheWay::add);
    }
    Depth depth = target.map(Attributes::isDirectory).orElse(false) ? wanted : Depth.ZERO;
    if (depth == Depth.INFINITY) {
      LockTable.Snapshot snapshot = table.all(transaction);
      requirements.addAll(snapshot.requirements());
      snapshot.within(path).stream()
          .filter(lock -> exclusive || lock.exclusive())
          .filter(lock -> !inTheWay.contains(lock))
          .forEach(inTheWay::add);
    }
    if (!inTheWay.isEmpty()) {
      throw new DavException(
          423,
          path + " is locked already",
          Optional.of("no-conflicting-lock"),
          inTheWay.stream().map(Lock::root).distinct().toList());
    }
    LockTable.hold(transaction, requirements);
    if (target.isEmpty()) {
      guard.create(transaction, path);
      DavRequest.requireCollection(transaction, path.parent());
      var unused = transaction.create(path, Operation.CreateMode.EXCLUSIVE, 0644, 0);
    }
    LockTable.Found here = way.get(way.size() - 1);
    if (here.locks().size() >= MAX_SHARED) {
      throw new DavException(503, path + " has " + MAX_SHARED + " shared locks: no more are given");
    }
    Lock lock =
        new Lock(
            "urn:uuid:" + UUID.randomUUID(),
            path,
            exclusive,
            wanted == Depth.INFINITY ? Depth.INFINITY : Depth.ZERO,
            owner,
            user,
            end(request));
    table.add(transaction, here, lock);
    return new Taken(lock, target.isEmpty());
  }

  private Instant end(DavRequest request) {
    return clock.instant().plus(LockTimeout.parse(request.header("Timeout")));
  }

  private Lock refresh(Transaction transaction, DavRequest request) {
    Set<String> submitted = request.ifHeader().tokens();
    if (submitted.isEmpty()) {
      throw new DavException(400, "LOCK without a body refreshes the lock of the If header");
    }
    for (LockTable.Found one : table.onTheWay(transaction, request.path())) {
      for (Lock lock : one.locks()) {
        if (submitted.contains(lock.token()) && lock.covers(request.path())) {
          Instant newEnd = end(request);
          LockTable.hold(transaction, one.requirements());
          table.refresh(transaction, one, lock, newEnd);
          return lock.until(newEnd);
        }
      }
    }
    throw DavException.condition(
        412, "lock-token-matches-request-uri", "no lock of that token covers " + request.path());
  }

  private void answer(DavRequest request, int status, Lock lock, boolean withToken)
      throws IOException {
    if (withToken) {
      request.exchange().header("Lock-Token", "<" + lock.token() + ">");
    }
    XmlWriter xml = request.answer(status);
    xml.start("prop");
    xml.element(
        LiveProperties.lockDiscovery(List.of(lock), l -> request.href(l.root(), false), clock));
    xml.end();
    xml.close();
  }
}
