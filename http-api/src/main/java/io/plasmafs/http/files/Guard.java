package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.Transaction;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.files.WriteLocks.Change;
import io.plasmafs.http.semantics.Conditions;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The conditions under which a request may change a path, and the locks that may be in its way.
/// They are looked at before anything is done, and again by the commit: what [#requirements]
/// returns goes into its transaction.
final class Guard {
  private final FsPath path;
  private final Conditions conditions;
  private final WriteLocks locks;
  private final List<Change> changes;
  private final Optional<String> submitted;

  private Guard(Exchange exchange, Scope scope, FsPath path, List<Change> changes) {
    this.path = path;
    this.conditions = Conditions.of(exchange::header);
    this.locks = scope.locks();
    this.changes = changes;
    this.submitted = exchange.header("If");
  }

  /// The conditions that a request's headers state for `path`.
  ///
  /// @param changes what the request is to do
  static Guard of(Exchange exchange, Scope scope, FsPath path, Change... changes) {
    return new Guard(exchange, scope, path, List.of(changes));
  }

  /// What the commit must find.
  ///
  /// @throws Problem 412 if the conditions do not hold already
  /// @throws Problem 423 if a lock is in the way
  List<Operation> requirements(Namespace namespace) {
    List<Operation> all = new ArrayList<>(locks.admit(namespace, changes, submitted));
    if (!conditions.isEmpty()) {
      all.addAll(conditions(namespace));
    }
    return all;
  }

  private List<Operation> conditions(Namespace namespace) {
    Optional<Attributes> entry = namespace.find(path);
    boolean link = entry.isPresent() && entry.get().isSymlink();
    Optional<Attributes> found = link ? target(namespace) : entry;
    if (link && found.isEmpty()) {
      // Nothing is there that has a tag, and yet the name is not free.
      throw Problem.preconditionFailed(path + " is a symbolic link that leads nowhere")
          .with("path", path.toString());
    }
    if (conditions.judge(found, false) != Conditions.Verdict.PERFORM) {
      throw failed(found);
    }
    Location where = link ? Location.of(found.orElseThrow().inode()) : Location.of(path);
    return switch (conditions.demand()) {
      case NOTHING -> List.of();
      case ABSENT -> List.of(require(where, Requirement.ABSENT, InodeId.NONE, 0));
      case PRESENT -> List.of(require(where, Requirement.PRESENT, InodeId.NONE, 0));
      case UNCHANGED ->
          found
              .map(a ->
                  a.contentVersion() == 0
                      ? require(where, Requirement.PRESENT, InodeId.NONE, 0)
                      : require(where, Requirement.CONTENT_VERSION, a.inode(), a.contentVersion()))
              .map(List::of)
              .orElseGet(() -> List.of(require(where, Requirement.ABSENT, InodeId.NONE, 0)));
    };
  }

  /// What a symbolic link at the path leads to.
  private Optional<Attributes> target(Namespace namespace) {
    try {
      return Optional.of(namespace.stat(path));
    } catch (FsException e) {
      if (e.status() == FsStatus.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Operation require(Location where, Requirement kind, InodeId inode, long value) {
    return new Operation.Require(where, kind, inode, value);
  }

  private Problem failed(Optional<Attributes> found) {
    Problem problem =
        Problem.preconditionFailed(
                path
                    + found
                        .map(a ->
                            EntityTag.of(a)
                                .map(tag -> " has the entity tag " + tag)
                                .orElse(" was changed within this transaction"))
                        .orElse(" does not exist"))
            .with("path", path.toString());
    found.flatMap(EntityTag::of).ifPresent(tag -> problem.withHeader("ETag", tag.toString()));
    return problem;
  }

  /// What a failure of the change means to who stated the conditions.
  RuntimeException failure(FsException failure) {
    return !conditions.isEmpty() && Problem.isFailedConditions(failure)
        ? Problem.ofFailedConditions(failure)
        : failure;
  }

  /// Lets the commit of a transaction find what the conditions ask for.
  ///
  /// @throws Problem 412 if they do not hold already
  void demand(Transaction transaction) {
    List<Operation> requirements = requirements(transaction);
    if (!requirements.isEmpty()) {
      var unused = transaction.execute(requirements);
    }
  }

  /// Makes changes under these conditions.
  <T> Scope.Edited<T> edit(Scope scope, Scope.Edit<T> edit) throws Exception {
    try {
      return scope.edit(transaction -> {
        demand(transaction);
        return edit.run(transaction);
      });
    } catch (FsException e) {
      throw failure(e);
    }
  }

  /// Makes changes that take the request's body, under these conditions, which `edit` has to
  /// [#demand]. What cannot succeed is refused before anything is begun.
  <T> Scope.Edited<T> editOnce(Scope scope, Uploading uploading, Scope.Edit<T> edit)
      throws Exception {
    List<Operation> unused = requirements(scope.namespace());
    try (Uploading.Place place = uploading.place()) {
      return scope.editOnce(path, edit);
    } catch (FsException e) {
      throw failure(e);
    }
  }

  /// Runs operations under these conditions.
  Scope.Edited<List<Outcome>> apply(Scope scope, List<Operation> operations) throws Exception {
    if (!conditions.isEmpty()) {
      return apply(scope, namespace -> operations);
    }
    List<Operation> all = new ArrayList<>(operations);
    all.addAll(requirements(scope.namespace()));
    return scope.apply(all);
  }

  /// Plans operations and runs them under these conditions.
  Scope.Edited<List<Outcome>> apply(Scope scope, Scope.Plan plan) throws Exception {
    try {
      return scope.apply(namespace -> {
        List<Operation> all = new ArrayList<>(plan.in(namespace));
        all.addAll(requirements(namespace));
        return all;
      });
    } catch (FsException e) {
      throw failure(e);
    }
  }
}
