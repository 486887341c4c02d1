package io.plasmafs.webdav;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.Transaction;
import io.plasmafs.http.semantics.Conditions;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.webdav.header.IfHeader;
import io.plasmafs.webdav.header.IfHeader.State;
import io.plasmafs.webdav.lock.Lock;
import io.plasmafs.webdav.lock.LockGuard;
import io.plasmafs.webdav.lock.LockTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that a request makes its change depend on: the conditions of HTTP, the `If` header,
/// and locks. What was found is required in the transaction, so that it still holds when it
/// commits.
final class Guards {
  private final LockTable locks;

  Guards(LockTable locks) {
    this.locks = locks;
  }

  /// Lets a change begin.
  ///
  /// @return what decides about locks in the way
  /// @throws DavException 412 if a condition does not hold
  LockGuard enter(Transaction transaction, DavRequest request) {
    conditions(transaction, request);
    if (request.ifHeader().isPresent()) {
      Evaluation evaluation = new Evaluation(transaction, request);
      boolean holds = request.ifHeader().lists().stream().anyMatch(evaluation::holds);
      if (!holds) {
        throw new DavException(412, "the If header does not hold for " + request.path());
      }
      LockTable.hold(transaction, evaluation.requirements);
    }
    return new LockGuard(locks, request.ifHeader().tokens());
  }

  private static void conditions(Transaction transaction, DavRequest request) {
    Conditions conditions = request.conditions();
    if (conditions.isEmpty()) {
      return;
    }
    Optional<Attributes> found = DavRequest.find(transaction, request.path());
    if (conditions.judge(found, false) == Conditions.Verdict.FAILED) {
      throw new DavException(412, "a condition of the request does not hold for " + request.path());
    }
    switch (conditions.demand()) {
      case NOTHING -> {}
      case ABSENT -> transaction.require(request.path(), Requirement.ABSENT, 0);
      case PRESENT -> transaction.require(request.path(), Requirement.PRESENT, 0);
      case UNCHANGED -> transaction.execute(unchanged(request.path(), found));
    }
  }

  private static Operation unchanged(FsPath path, Optional<Attributes> found) {
    return new Operation.Require(
        Location.of(path),
        found.isPresent() ? Requirement.CONTENT_VERSION : Requirement.ABSENT,
        found.map(Attributes::inode).orElse(InodeId.NONE),
        found.map(Attributes::contentVersion).orElse(0L));
  }

  /// Holds states of resources against the header; remembers what it looked at.
  private final class Evaluation {
    private final Namespace view;
    private final DavRequest request;
    private final Map<FsPath, Optional<Attributes>> resources = new HashMap<>();
    private final Map<FsPath, List<Lock>> covering = new HashMap<>();
    private final List<Operation> requirements = new ArrayList<>();

    Evaluation(Namespace view, DavRequest request) {
      this.view = view;
      this.request = request;
    }

    boolean holds(IfHeader.ConditionList list) {
      Optional<FsPath> resource =
          list.resource().isEmpty()
              ? Optional.of(request.path())
              : request.destinations().resolve(list.resource().get());
      return IfHeader.holds(list, state -> resource.map(path -> has(path, state)).orElse(false));
    }

    private boolean has(FsPath path, State state) {
      return switch (state) {
        case State.Token(String uri) ->
            covering(path).stream().anyMatch(lock -> lock.token().equals(uri));
        case State.EntityTag(String tag) ->
            resource(path)
                .flatMap(EntityTag::of)
                .map(found -> found.matchesStrongly(EntityTag.parse(tag)))
                .orElse(false);
      };
    }

    private List<Lock> covering(FsPath path) {
      return covering.computeIfAbsent(
          path,
          p -> {
            List<Lock> found = new ArrayList<>();
            for (LockTable.Found one : locks.onTheWay(view, p)) {
              requirements.addAll(one.requirements());
              one.locks().stream().filter(lock -> lock.covers(p)).forEach(found::add);
            }
            return found;
          });
    }

    private Optional<Attributes> resource(FsPath path) {
      return resources.computeIfAbsent(
          path,
          p -> {
            Optional<Attributes> found = DavRequest.find(view, p);
            requirements.add(unchanged(p, found));
            return found;
          });
    }
  }
}
