package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.engine.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A connection with one transaction at a time, used as the dice say.
final class Client {
  private final Life life;
  private final Random random;
  private final String user;
  private final Session session;
  private final RandomOperations operations;
  private @Nullable Owner transaction;
  private long transactionId;
  private boolean waiting;

  Client(Life life, Random random, RandomOperations operations, String user) {
    this.life = life;
    this.random = random;
    this.operations = operations;
    this.user = user;
    this.session = life.world.session(user);
  }

  private State state() {
    return life.published.latest();
  }

  void act() {
    Owner open = transaction;
    if (waiting) {
      if (open != null && random.nextInt(20) == 0) {
        send(open, transactionId, List.of(operations.look(state(), open.overlay)), true);
      }
      return;
    }
    if (open == null) {
      start();
    } else {
      goOn(open);
    }
  }

  private void start() {
    switch (random.nextInt(8)) {
      case 0, 1 -> autocommit(operations.looks(state()), random.nextBoolean());
      case 2, 3, 4 -> {
        transactionId++;
        List<Operation> first = new ArrayList<>();
        first.add(new Operation.Begin(Duration.ZERO, Optional.empty()));
        Owner owner =
            new Owner(user, true, life.timeline.nanos, life.judge().conditions().idleNanos());
        transaction = owner;
        if (random.nextBoolean()) {
          first.addAll(operations.some(state(), owner.overlay, 1));
        }
        send(owner, transactionId, first, false);
      }
      case 5 ->
          autocommit(
              random.nextInt(3) == 0
                  ? List.of(operations.removeTree(state()))
                  : operations.some(state(), new Overlay(), 0),
              true);
      case 6 -> life.repeat(this);
      default -> autocommit(operations.some(state(), new Overlay(), 0), true);
    }
  }

  private void autocommit(List<Operation> list, boolean withToken) {
    send(
        Owner.ofOneCompound(user),
        new Compound(0, withToken ? Optional.of(life.newToken()) : Optional.empty(), list),
        false);
  }

  /// Sends a commit once more, or one like it.
  void repeat(Compound compound) {
    waiting = true;
    send(Owner.ofOneCompound(user), compound, false);
  }

  private void goOn(Owner owner) {
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        List<Operation> last = new ArrayList<>();
        if (random.nextInt(3) == 0) {
          last.addAll(operations.some(state(), owner.overlay, 0));
        }
        last.add(new Operation.Commit(Optional.of(life.newToken())));
        send(owner, transactionId, last, false);
      }
      case 2 -> send(owner, transactionId, List.of(new Operation.Abort()), false);
      case 3, 4 -> {
        List<Operation> list = operations.some(state(), owner.overlay, 0);
        if (!owner.overlay.reserved.isEmpty()) {
          list = List.of(operations.attach(state(), owner.overlay));
        } else if (random.nextBoolean()) {
          list = List.of(operations.allocate(operations.path(state(), owner.overlay)));
        }
        send(owner, transactionId, list, false);
      }
      case 5 -> {
        if (random.nextInt(3) == 0) {
          send(owner, transactionId, List.of(operations.removeTree(state())), false);
        }
      }
      default -> send(owner, transactionId, operations.some(state(), owner.overlay, 0), false);
    }
  }

  private void send(Owner owner, long id, List<Operation> list, boolean overlapping) {
    send(owner, new Compound(id, Optional.empty(), list), overlapping);
  }

  private void send(Owner owner, Compound compound, boolean overlapping) {
    Request request =
        new Request(owner, compound, life.timeline.now(), life.timeline.nanos, overlapping);
    if (!overlapping) {
      waiting = true;
    }
    life.submit(
        session,
        request,
        answer -> {
          if (!overlapping) {
            waiting = false;
          }
          noteEnd(request, answer);
        });
  }

  private void noteEnd(Request request, Answer answer) {
    if (request.owner == transaction && request.owner.over) {
      transaction = null;
    }
    FsStatus status = answer.failure().map(f -> f.cause().status()).orElse(FsStatus.OK);
    request.token().ifPresent(token -> checkOutcome(request, token, status));
  }

  /// Who asks what became of a commit is told the truth (P6).
  private void checkOutcome(Request request, CommitToken token, FsStatus status) {
    if (status == FsStatus.EFAILEDCOMMIT || random.nextInt(4) == 0) {
      life.askOutcome(request, token);
    }
    if (status == FsStatus.OK && request.answer != null) {
      Answer answer = request.answer;
      long sequence =
          request.commitIndex() < 0
              ? answer.sequence()
              : ((Outcome.Committed) answer.outcomes().get(request.commitIndex())).sequence();
      if (sequence > 0) {
        life.acknowledged(token, sequence, request.compound);
      }
    } else {
      life.unacknowledged(request.compound);
    }
  }

  /// The connection breaks.
  void close() {
    Owner closing = transaction;
    if (closing != null) {
      life.judge().closing(closing);
    }
    life.world.engine.closeSession(session);
    life.world.move();
    Owner open = transaction;
    if (open != null) {
      life.judge().closed(open);
    }
  }
}
