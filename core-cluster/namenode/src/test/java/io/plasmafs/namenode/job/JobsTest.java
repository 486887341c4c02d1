package io.plasmafs.namenode.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobsTest {
  private final Jobs jobs = new Jobs(Duration.ofMinutes(1));

  @AfterEach
  void close() throws InterruptedException {
    jobs.close();
  }

  private static Finding finding(long number) {
    return new Finding("kind", new InodeId(number), Bytes.EMPTY, 0, -1, -1, 0, "", "");
  }

  private static List<JobPage> pages(Jobs jobs, long job) throws InterruptedException {
    List<JobPage> pages = new ArrayList<>();
    do {
      pages.add(jobs.next(job));
    } while (!pages.get(pages.size() - 1).finished());
    return pages;
  }

  private static void assertFails(FsStatus status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FsException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void allThatIsToldArrivesInOrderAndInPages() throws InterruptedException {
    int count = 3 * JobReport.WAITING;
    long job =
        jobs.begin(
            "count",
            report -> {
              report.stage("counting", count);
              for (int i = 1; i <= count; i++) {
                report.tell(finding(i));
                report.count("sum", 1);
                report.done(i);
              }
            });
    List<JobPage> pages = pages(jobs, job);
    assertThat(pages)
        .allSatisfy(page -> assertThat(page.findings()).hasSizeLessThanOrEqualTo(JobReport.PAGE));
    assertThat(pages.stream().flatMap(page -> page.findings().stream()).map(f -> f.inode().value()))
        .hasSize(count)
        .isSorted();
    JobPage last = pages.get(pages.size() - 1);
    assertThat(last.failure()).isEmpty();
    assertThat(last.figures()).containsEntry("sum", (long) count);
    assertThat(last.done()).isEqualTo(last.total());
    assertFails(FsStatus.ENOENT, () -> jobs.next(job));
  }

  @Test
  void failureIsToldAtTheEnd() throws InterruptedException {
    long job =
        jobs.begin(
            "fail",
            report -> {
              report.tell(finding(1));
              throw new FsException(FsStatus.EUNAVAIL, "no more");
            });
    List<JobPage> pages = pages(jobs, job);
    assertThat(pages.stream().flatMap(page -> page.findings().stream())).hasSize(1);
    assertThat(pages.get(pages.size() - 1).failure())
        .hasValueSatisfying(e -> assertThat(e).hasMessage("no more"));
    long broken =
        jobs.begin(
            "fail",
            report -> {
              throw new AssertionError("a fault");
            });
    assertThat(pages(jobs, broken).get(0).failure())
        .hasValueSatisfying(e -> assertThat(e.status()).isEqualTo(FsStatus.EFAILED));
  }

  @Test
  void oneOfAKindAtATimeAndTheNextBeginsWhenTheStoppedOneHasEnded() throws InterruptedException {
    AtomicInteger atWork = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    long first =
        jobs.begin(
            "work",
            report -> {
              atWork.incrementAndGet();
              begun.countDown();
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException e) {
                mayEnd.await();
              }
              atWork.decrementAndGet();
            });
    begun.await();
    assertFails(FsStatus.ELIMIT, () -> jobs.begin("work", report -> {}));
    assertThat(jobs.begin("other work", report -> {})).isNotEqualTo(first);
    jobs.stop(first);
    long second = jobs.begin("work", report -> report.figure("at work", atWork.get()));
    assertThat(jobs.next(second).finished()).isFalse();
    mayEnd.countDown();
    List<JobPage> pages = pages(jobs, second);
    assertThat(pages.get(pages.size() - 1).figures()).containsEntry("at work", 0L);
    assertFails(FsStatus.ENOENT, () -> jobs.next(first));
  }

  @Test
  void whatNobodyAsksAboutIsStopped() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    try (Jobs impatient = new Jobs(Duration.ofNanos(1))) {
      impatient.begin(
          "work",
          report -> {
            try {
              Thread.sleep(60_000);
            } finally {
              stopped.countDown();
            }
          });
      impatient.sweep();
      stopped.await();
    }
  }
}
