package io.plasmafs.client;

import io.plasmafs.client.cache.MetadataCache;
import io.plasmafs.client.cache.Right;
import io.plasmafs.client.cache.Route;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Answers questions about attributes and contents from the cache where that is allowed, asks the
/// namenode for the rest, and lets the cache learn from every answer that comes by.
///
/// What it costs, in round trips:
///
/// | | nothing known | known and unchanged | changed since |
/// |---|---|---|---|
/// | one lookup, no staleness allowed | 1 | 1 | 1 |
/// | many lookups, no staleness allowed | 1 per 4096 | 1 per 4096 | 2 per 4096 |
/// | one or many, younger than the staleness allowed | as above | 0 | 0, as it is not noticed |
///
/// A single lookup without staleness is validated by asking for it: the answer is no larger than
/// any proof that an old one is current. Many are validated by the versions of all inodes on their
/// ways, each of which is sent once.
final class Lookups {
  /// Inodes in one call for versions.
  private static final int MOST_VERSIONS = 65_536;

  /// Entries of a listing that everybody takes in. What is in longer ones is of use to those who
  /// allow staleness; who validates all would be told as much again, and taking it in would cost
  /// more than the listing and drive out what was asked for by name.
  private static final int SHORT_LISTING = 256;

  /// Asks the namenode, for the principal of the view that asks.
  interface Namenode {
    CompletableFuture<Answer> ask(List<Operation> operations);
  }

  /// Who looks, and how.
  ///
  /// @param who as the cache calls the principal
  /// @param stalenessNanos how old what is trusted may be; 0: all has to be validated
  /// @param lasting whether tickets that come with block lists outlive the call
  record Viewer(int who, long stalenessNanos, boolean lasting) {}

  /// One thing to look up.
  private record Question(FsPath path, boolean follow, boolean content) {}

  private final MetadataCache cache;

  Lookups(MetadataCache cache) {
    this.cache = cache;
  }

  CompletableFuture<Answer> submit(Viewer viewer, Namenode namenode, List<Operation> operations) {
    Optional<List<Question>> questions = questions(operations);
    boolean alone = questions.isPresent() && questions.get().size() == 1;
    if (questions.isEmpty() || (alone && viewer.stalenessNanos() == 0)) {
      return pass(viewer, namenode, operations);
    }
    return new Batch(viewer, namenode, questions.get())
        .run()
        .thenApply(batch ->
            operations.get(0) instanceof Operation.StatMany ? batch.together() : batch.oneByOne());
  }

  /// The questions, if the operations are nothing but questions of one kind, by paths from the
  /// root.
  private static Optional<List<Question>> questions(List<Operation> operations) {
    List<Question> questions = new ArrayList<>();
    List<? extends Operation> all =
        operations.size() == 1 && operations.get(0) instanceof Operation.StatMany many
            ? many.objects()
            : operations;
    for (Operation operation : all) {
      Location where;
      Question question;
      switch (operation) {
        case Operation.Stat(Location at, boolean follow) -> {
          where = at;
          question = new Question(at.path(), follow, false);
        }
        case Operation.Read(Location at, boolean follow, long first, int count)
            when first == 0 && count >= FileContent.PAGE_BLOCKS -> {
          where = at;
          question = new Question(at.path(), follow, true);
        }
        default -> {
          return Optional.empty();
        }
      }
      boolean mixed = !questions.isEmpty() && questions.get(0).content() != question.content();
      if (mixed || !(where.base() instanceof Location.Base.Root)) {
        return Optional.empty();
      }
      questions.add(question);
    }
    return questions.isEmpty() ? Optional.empty() : Optional.of(questions);
  }

  private CompletableFuture<Answer> pass(
      Viewer viewer, Namenode namenode, List<Operation> operations) {
    long asked = cache.now();
    return namenode
        .ask(operations)
        .whenComplete((answer, error) -> {
          if (answer != null) {
            int before = answer.outcomes().size();
            long lookups = operations.stream().limit(before).filter(Lookups::isQuestion).count();
            cache.count(0, lookups);
            learn(viewer, operations, answer, asked);
          }
        });
  }

  private static boolean isQuestion(Operation operation) {
    return operation instanceof Operation.Stat || operation instanceof Operation.Read;
  }

  // ---- many questions ----

  /// Questions that are answered together.
  private final class Batch {
    private final Viewer viewer;
    private final Namenode namenode;
    private final List<Question> questions;

    /// By position: what was found. Written before the future of the batch completes.
    private final Outcome[] found;

    private final FsException[] failures;

    Batch(Viewer viewer, Namenode namenode, List<Question> questions) {
      this.viewer = viewer;
      this.namenode = namenode;
      this.questions = questions;
      this.found = new Outcome[questions.size()];
      this.failures = new FsException[questions.size()];
    }

    CompletableFuture<Batch> run() {
      Map<Integer, Route> warm = new LinkedHashMap<>();
      List<Integer> cold = new ArrayList<>();
      Set<InodeId> inodes = new HashSet<>();
      int trusted = 0;
      for (int i = 0; i < questions.size(); i++) {
        Optional<Route> route = usable(questions.get(i));
        if (route.isEmpty()) {
          cold.add(i);
        } else if (cache.isTrusted(route.get().askedNanos(), viewer.stalenessNanos())
            && answer(i, route.get())) {
          trusted++;
        } else if (questions.size() == 1 || inodes.size() > MOST_VERSIONS - 256) {
          cold.add(i);
        } else {
          warm.put(i, route.get());
          route.get().forEachInode(inodes::add);
        }
      }
      cache.count(trusted, 0);
      CompletableFuture<Void> validated =
          warm.isEmpty()
              ? CompletableFuture.completedFuture(null)
              : validate(warm, List.copyOf(inodes)).thenCompose(this::ask);
      return ask(cold).thenCombine(validated, (a, b) -> this);
    }

    /// A way to an answer, if all of it is known and the principal may go it.
    private Optional<Route> usable(Question question) {
      Optional<Route> route = cache.route(viewer.who(), question.path());
      if (route.isEmpty() || route.get().target().isEmpty()) {
        return route;
      }
      Attributes target = route.get().target().get();
      boolean leadsOn = target.isSymlink() && question.follow();
      boolean complete =
          !question.content()
              || target.isRegular()
                  && cache.may(viewer.who(), target, Right.READ)
                  && cache.content(target).isPresent();
      return !leadsOn && complete ? route : Optional.empty();
    }

    private boolean answer(int position, Route route) {
      Question question = questions.get(position);
      if (route.target().isEmpty()) {
        failures[position] = failure(question.path(), FsStatus.ENOENT);
        return true;
      }
      Attributes target = route.target().get();
      if (!question.content()) {
        found[position] = new Outcome.Inode(target, false);
        return true;
      }
      Optional<Outcome.Body> body = cache.content(target);
      if (body.isEmpty()) {
        return false;
      }
      found[position] = new Outcome.Content(target, body.get());
      return true;
    }

    /// Asks for versions, and answers what they confirm.
    ///
    /// @return the positions that remain
    private CompletableFuture<List<Integer>> validate(
        Map<Integer, Route> warm, List<InodeId> inodes) {
      long asked = cache.now();
      return namenode
          .ask(List.of(new Operation.Versions(inodes)))
          .thenApply(answer -> {
            if (answer.failure().isPresent()) {
              throw answer.failure().get().cause();
            }
            List<Outcome.VersionPair> pairs =
                Outcomes.expect(Outcome.Versions.class, answer.outcomes().get(0)).versions();
            Map<InodeId, Outcome.VersionPair> versions = new HashMap<>();
            for (int i = 0; i < inodes.size(); i++) {
              versions.put(inodes.get(i), pairs.get(i));
            }
            cache.versions(versions, asked);
            List<Integer> remaining = new ArrayList<>();
            warm.forEach((position, route) -> {
              if (!route.agreesWith(versions) || !answer(position, route)) {
                remaining.add(position);
              }
            });
            cache.count(warm.size() - remaining.size(), 0);
            return remaining;
          });
    }

    private CompletableFuture<Void> ask(List<Integer> positions) {
      if (positions.isEmpty()) {
        return CompletableFuture.completedFuture(null);
      }
      cache.count(0, positions.size());
      return questions.get(0).content() ? askContents(positions) : askAttributes(positions, true);
    }

    /// Asks for the attributes of objects and of all directories on the way, so that next time the
    /// way is known.
    private CompletableFuture<Void> askAttributes(List<Integer> positions, boolean decide) {
      List<CompletableFuture<?>> calls = new ArrayList<>();
      List<Integer> batch = new ArrayList<>();
      Set<FsPath> paths = new HashSet<>();
      for (int position : positions) {
        FsPath path = questions.get(position).path();
        if (paths.size() + path.names().size() >= Compound.MAX_OPERATIONS) {
          calls.add(askAttributes(List.copyOf(batch), List.copyOf(paths), decide));
          batch.clear();
          paths.clear();
        }
        batch.add(position);
        for (FsPath way = path; paths.add(way) && !way.isEmpty(); ) {
          way = way.parent();
        }
      }
      calls.add(askAttributes(batch, List.copyOf(paths), decide));
      return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> askAttributes(
        List<Integer> positions, List<FsPath> paths, boolean decide) {
      long asked = cache.now();
      return statMany(paths, false)
          .thenCompose(results -> {
            Map<FsPath, Outcome.Found> all = new HashMap<>();
            for (int i = 0; i < paths.size(); i++) {
              all.put(paths.get(i), results.get(i));
            }
            learnWays(viewer, all, asked);
            return decide ? decide(positions, all) : CompletableFuture.<Void>completedFuture(null);
          });
    }

    private CompletableFuture<List<Outcome.Found>> statMany(List<FsPath> paths, boolean follow) {
      List<Operation.Stat> objects =
          paths.stream().map(path -> new Operation.Stat(Location.of(path), follow)).toList();
      return namenode
          .ask(List.of(new Operation.StatMany(objects)))
          .thenApply(answer -> {
            if (answer.failure().isPresent()) {
              throw answer.failure().get().cause();
            }
            return Outcomes.expect(Outcome.Inodes.class, answer.outcomes().get(0)).results();
          });
    }

    /// Takes the answers; asks again where a symbolic link is to be followed.
    private CompletableFuture<Void> decide(
        List<Integer> positions, Map<FsPath, Outcome.Found> all) {
      List<Integer> links = new ArrayList<>();
      for (int position : positions) {
        Question question = questions.get(position);
        Outcome.Found result = found(all, question.path());
        boolean link = result.attributes().map(Attributes::isSymlink).orElse(false);
        if (link && question.follow()) {
          links.add(position);
        } else {
          take(position, result);
        }
      }
      if (links.isEmpty()) {
        return CompletableFuture.completedFuture(null);
      }
      long asked = cache.now();
      return statMany(links.stream().map(i -> questions.get(i).path()).toList(), true)
          .thenAccept(results -> {
            for (int i = 0; i < links.size(); i++) {
              results.get(i).attributes().ifPresent(target -> cache.inode(target, asked));
              take(links.get(i), results.get(i));
            }
          });
    }

    private void take(int position, Outcome.Found result) {
      if (result.attributes().isPresent()) {
        found[position] = new Outcome.Inode(result.attributes().get(), false);
      } else {
        failures[position] = failure(questions.get(position).path(), result.status());
      }
    }

    private CompletableFuture<Void> askContents(List<Integer> positions) {
      List<Operation> reads = new ArrayList<>(positions.size());
      for (int position : positions) {
        Question question = questions.get(position);
        reads.add(
            new Operation.Read(
                Location.of(question.path()), question.follow(), 0, FileContent.PAGE_BLOCKS));
      }
      // Who allows staleness will ask by the same paths again, and needs to know the way then.
      CompletableFuture<Void> ways =
          viewer.stalenessNanos() > 0
              ? askAttributes(positions, false)
              : CompletableFuture.completedFuture(null);
      long asked = cache.now();
      return namenode
          .ask(reads)
          .thenCombine(
              ways,
              (answer, done) -> {
                learn(viewer, reads, answer, asked);
                for (int i = 0; i < answer.outcomes().size(); i++) {
                  found[positions.get(i)] = answer.outcomes().get(i);
                }
                answer
                    .failure()
                    .ifPresent(failure ->
                        failures[positions.get(Math.max(0, failure.operation()))] =
                            failure.cause());
                return null;
              });
    }

    /// The answer to one operation that asked for all: each fails alone.
    Answer together() {
      List<Outcome.Found> results = new ArrayList<>(found.length);
      for (int i = 0; i < found.length; i++) {
        results.add(
            found[i] instanceof Outcome.Inode(Attributes attributes, boolean unused)
                ? new Outcome.Found(FsStatus.OK, Optional.of(attributes))
                : new Outcome.Found(failures[i].status(), Optional.empty()));
      }
      return new Answer(List.of(new Outcome.Inodes(results)), Optional.empty(), 0);
    }

    /// The answer to operations that each asked for one: the first failure ends it.
    Answer oneByOne() {
      List<Outcome> outcomes = new ArrayList<>(found.length);
      for (int i = 0; i < found.length; i++) {
        Outcome one = found[i];
        if (one == null) {
          FsException cause =
              failures[i] != null
                  ? failures[i]
                  : new FsException(FsStatus.EFAILED, "the server left out an answer");
          return new Answer(outcomes, Optional.of(new Answer.Failure(i, cause)), 0);
        }
        outcomes.add(one);
      }
      return new Answer(outcomes, Optional.empty(), 0);
    }
  }

  private static FsException failure(FsPath path, FsStatus status) {
    return new FsException(
        status,
        path
            + (status == FsStatus.ENOENT
                ? ": there is nothing of this name"
                : ": the namenode answers " + status));
  }

  private static Outcome.Found found(Map<FsPath, Outcome.Found> all, FsPath path) {
    Outcome.Found result = all.get(path);
    if (result == null) {
      throw new IllegalStateException(path + " was not asked for");
    }
    return result;
  }

  // ---- learning ----

  /// Learns names and permissions from objects that were looked up at one instant, together with
  /// the directories on their ways, following no symbolic link.
  private void learnWays(Viewer viewer, Map<FsPath, Outcome.Found> all, long asked) {
    all.forEach((path, result) -> {
      result.attributes().ifPresent(attributes -> cache.inode(attributes, asked));
      boolean answered = result.status() == FsStatus.OK || result.status() == FsStatus.ENOENT;
      if (path.isEmpty() || !answered) {
        return;
      }
      found(all, path.parent())
          .attributes()
          .filter(Attributes::isDirectory)
          .ifPresent(parent -> {
            cache.entry(
                parent.inode(),
                parent.contentVersion(),
                path.last(),
                result.attributes().map(Attributes::inode));
            cache.granted(viewer.who(), parent.inode(), parent.version(), Right.SEARCH);
          });
    });
  }

  /// Learns from any answer.
  ///
  /// @param asked when the operations were sent
  void learn(Viewer viewer, List<Operation> operations, Answer answer, long asked) {
    for (int i = 0; i < answer.outcomes().size(); i++) {
      learn(viewer, operations.get(i), answer.outcomes().get(i), asked);
    }
    answer
        .failure()
        .ifPresent(failure -> {
          int index = failure.operation();
          if (index < 0 || failure.cause().status() != FsStatus.ENOENT) {
            return;
          }
          switch (operations.get(index)) {
            case Operation.Stat(Location where, boolean follow) -> sawNothing(where);
            case Operation.Read read -> sawNothing(read.where());
            default -> {}
          }
        });
  }

  private void learn(Viewer viewer, Operation operation, Outcome outcome, long asked) {
    switch (outcome) {
      case Outcome.Inode(Attributes attributes, boolean unused)
          when operation instanceof Operation.Stat(Location where, boolean follow) ->
          saw(viewer, where, follow, attributes, asked);
      case Outcome.Inode(Attributes attributes, boolean unused) -> cache.inode(attributes, asked);
      case Outcome.Content(Attributes attributes, Outcome.Body body)
          when operation instanceof Operation.Read read -> {
        saw(viewer, read.where(), read.follow(), attributes, asked);
        cache.granted(viewer.who(), attributes.inode(), attributes.version(), Right.READ);
        boolean lasting = viewer.lasting() || body instanceof Outcome.Body.Inline;
        if (lasting && read.first() == 0 && read.count() >= FileContent.PAGE_BLOCKS) {
          cache.content(attributes, body);
        }
      }
      case Outcome.Inodes(var results)
          when operation instanceof Operation.StatMany(var objects) -> {
        for (int i = 0; i < results.size(); i++) {
          Operation.Stat object = objects.get(i);
          Outcome.Found result = results.get(i);
          if (result.attributes().isPresent()) {
            saw(viewer, object.where(), object.follow(), result.attributes().get(), asked);
          } else if (result.status() == FsStatus.ENOENT) {
            sawNothing(object.where());
          }
        }
      }
      case Outcome.Listing listing -> {
        cache.directoryReached(listing.directory(), listing.contentVersion());
        if (viewer.stalenessNanos() == 0 && listing.entries().size() > SHORT_LISTING) {
          cache.distrustOlder();
          return;
        }
        for (Outcome.Entry entry : listing.entries()) {
          entry
              .attributes()
              .ifPresent(attributes -> {
                cache.inode(attributes, asked);
                cache.entry(
                    listing.directory(),
                    listing.contentVersion(),
                    entry.name(),
                    Optional.of(entry.inode()));
              });
        }
      }
      default -> {}
    }
  }

  /// Whoever was answered was let through on the whole way; and if the cache knows another end of
  /// that way, it is wrong.
  private void saw(
      Viewer viewer, Location where, boolean follow, Attributes attributes, long asked) {
    cache.inode(attributes, asked);
    if (!(where.base() instanceof Location.Base.Root)) {
      return;
    }
    cache
        .routeForComparison(where.path())
        .ifPresent(route -> {
          Optional<Attributes> target = route.target();
          if (target.isPresent() && target.get().inode().equals(attributes.inode())) {
            for (Attributes directory : route.directories()) {
              cache.granted(viewer.who(), directory.inode(), directory.version(), Right.SEARCH);
            }
          } else if (target.isEmpty() || !(follow && target.get().isSymlink())) {
            cache.contradicted(route);
          }
        });
  }

  private void sawNothing(Location where) {
    if (where.base() instanceof Location.Base.Root) {
      cache
          .routeForComparison(where.path())
          .filter(route -> route.target().isPresent() && !route.target().get().isSymlink())
          .ifPresent(cache::contradicted);
    }
  }
}
