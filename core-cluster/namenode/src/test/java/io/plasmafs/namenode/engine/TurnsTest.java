package io.plasmafs.namenode.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The thread that runs the turns and the threads that are lent.
@Timeout(120)
final class TurnsTest {
  private final AtomicReference<Throwable> broken = new AtomicReference<>();
  private final Turns turns = new Turns(new NothingElse(), () -> TimeUnit.SECONDS.toNanos(3600));
  private final Thread runner = new Thread(turns::run, "runner");

  /// There are only events.
  private final class NothingElse implements Turns.Work {
    @Override
    public boolean round() {
      return false;
    }

    @Override
    public boolean isUnfinished() {
      return false;
    }

    @Override
    public void broken(Throwable cause) {
      broken.set(cause);
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    if (runner.getState() == Thread.State.NEW) {
      runner.start();
    }
    turns.post(turns::close);
    runner.join();
  }

  /// Whoever runs them: no event is lost although its bringer goes away when another has the turn,
  /// and nobody but who has the turn touches what the events touch.
  @Test
  void eventsOfManyLendersRunOneAtATimeAndInTheOrderOfTheirBringer() throws InterruptedException {
    int lenders = 4;
    int events = 20_000;
    runner.start();
    AtomicBoolean inside = new AtomicBoolean();
    List<String> faults = new ArrayList<>();
    int[] last = new int[lenders];
    CountDownLatch done = new CountDownLatch(lenders * events);
    List<Thread> threads = new ArrayList<>();
    for (int lender = 0; lender < lenders; lender++) {
      int me = lender;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 1; i <= events; i++) {
                  int number = i;
                  turns.add(() -> {
                    if (!inside.compareAndSet(false, true) || ++last[me] != number) {
                      faults.add("event " + number + " of " + me);
                    }
                    inside.set(false);
                    done.countDown();
                  });
                  turns.lend();
                }
              },
              "lender " + me);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).as("all events were run").isTrue();
    assertThat(faults).isEmpty();
    assertThat(last).containsOnly(events);
  }

  @Test
  void lendingWithinAnEventRunsNoOtherWithinIt() throws InterruptedException {
    runner.start();
    List<String> order = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    turns.post(() -> {
      turns.add(() -> {
        order.add("second");
        done.countDown();
      });
      turns.lend();
      order.add("first");
    });
    assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(order).containsExactly("first", "second");
  }

  /// Each event brings another. The lender gets away, and the work goes on.
  @Test
  void lenderIsNotKeptForEver() throws InterruptedException {
    runner.start();
    AtomicBoolean enough = new AtomicBoolean();
    AtomicBoolean lenderIsBack = new AtomicBoolean();
    CountDownLatch goesOn = new CountDownLatch(10_000);
    turns.add(
        new Runnable() {
          @Override
          public void run() {
            if (lenderIsBack.get()) {
              goesOn.countDown();
            }
            if (!enough.get()) {
              turns.add(this);
            }
          }
        });
    turns.lend();
    lenderIsBack.set(true);
    assertThat(goesOn.await(60, TimeUnit.SECONDS)).isTrue();
    enough.set(true);
  }

  @Test
  void faultInOneEventDoesNotKeepTheNextFromItsTurn() {
    List<String> order = new ArrayList<>();
    turns.add(() -> {
      throw new IllegalStateException("as the test wished");
    });
    turns.add(() -> order.add("next"));
    turns.step();
    assertThat(order).containsExactly("next");
    assertThat(broken).hasNullValue();
  }

  /// The lender is not to blame and goes on; nobody begins another round.
  @Test
  void errorEndsTheTurnsAndSparesTheLender() throws InterruptedException {
    runner.start();
    Error error = new AssertionError("as the test wished");
    turns.add(() -> {
      throw error;
    });
    turns.lend();
    turns.wake();
    runner.join();
    assertThat(broken).hasValue(error);
  }

  @Test
  void whoComesTooLateRunsItsEventItself() throws InterruptedException {
    runner.start();
    turns.post(turns::close);
    runner.join();
    List<Thread> by = new ArrayList<>();
    turns.add(() -> by.add(Thread.currentThread()));
    assertThat(by).containsExactly(Thread.currentThread());
  }
}
