package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.Transaction;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.Conditions;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The conditions under which a request may change a path. They are looked at before anything is
/// done, and again by the commit: what [#requirements] returns goes into its transaction.
final class Guard {
  private final FsPath path;
  private final Conditions conditions;

  private Guard(FsPath path, Conditions conditions) {
    this.path = path;
    this.conditions = conditions;
  }

  /// The conditions that a request's headers state.
  static Guard of(Exchange exchange, FsPath path) {
    return new Guard(path, Conditions.of(exchange::header));
  }

  /// Whether any path in any state will do.
  boolean isEmpty() {
    return conditions.isEmpty();
  }

  /// What the commit must find.
  ///
  /// @throws Problem 412 if the conditions do not hold already
  List<Operation> requirements(Namespace namespace) {
    if (isEmpty()) {
      return List.of();
    }
    Optional<Attributes> entry = namespace.find(path);
    boolean link = entry.isPresent() && entry.get().isSymlink();
    Optional<Attributes> found = link ? Optional.of(namespace.stat(path)) : entry;
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
    return !isEmpty() && Problem.isFailedConditions(failure)
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
    return isEmpty() ? scope.apply(operations) : apply(scope, namespace -> operations);
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
