package io.plasmafs.namenode.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import io.plasmafs.namenode.metadata.ChangeSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Random histories of several clients, with a store that delays, fails and crashes, every answer
/// and every commit held against a model.
///
/// | Property | Meaning |
/// |---|---|
/// | `plasma.seed` | run this history alone |
/// | `plasma.histories` | how many to run |
/// | `plasma.first` | seed of the first one; 1 if not given, so that no build fails by luck |
/// | `plasma.print` | print how often requests ended how |
final class SimulationTest {
  private static final int HISTORIES = 2400;

  private final Map<String, Integer> seen = new TreeMap<>();
  private final ListAppender<ILoggingEvent> faults = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.plasmafs.namenode");
  private final Level level = logger.getLevel();

  @BeforeEach
  void listenForFaults() {
    logger.setLevel(Level.ERROR);
    faults.start();
    logger.addAppender(faults);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(faults);
    logger.setLevel(level);
  }

  @Test
  void randomHistoriesKeepEveryPromise() {
    String seed = System.getProperty("plasma.seed");
    if (seed != null) {
      run(Long.parseLong(seed));
      return;
    }
    int histories = Integer.getInteger("plasma.histories", HISTORIES);
    long first = Long.getLong("plasma.first", 1);
    for (long s = first; s < first + histories; s++) {
      try {
        run(s);
      } catch (Throwable e) {
        throw new AssertionError(
            "the history of seed "
                + s
                + " broke a promise; it is repeated by: mvn verify"
                + " -pl core-cluster/namenode -am -Dtest=SimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dplasma.seed="
                + s,
            e);
      }
    }
    if (Boolean.getBoolean("plasma.print")) {
      System.out.println(histories + " histories from " + first + " on: " + seen);
    }
    if (histories >= HISTORIES) {
      assertThat(seen)
          .as("ways in which requests ended")
          .containsKeys(
              "OK",
              "EPERM",
              "ENOENT",
              "EEXIST",
              "ENOTDIR",
              "EISDIR",
              "EINVAL",
              "ENOTEMPTY",
              "ELOOP",
              "ENOATTR",
              "ESTALE",
              "ECONFLICT",
              "ECOORD",
              "EFAILED",
              "EUNKNOWN",
              "ELONGTRANS",
              "ETBUSY",
              "EHIER",
              "ELIMIT",
              "EUNAVAIL");
    }
  }

  /// Else there would be no use in printing it.
  @Test
  void seedRepeatsItsHistory() {
    long first = Long.getLong("plasma.seed", 1);
    for (long s = first; s < first + 20; s++) {
      assertThat(commits(s)).as("commits in the history of seed %d", s).isEqualTo(commits(s));
    }
  }

  private static List<ChangeSet> commits(long seed) {
    History history = new History(seed, ending -> {});
    history.run();
    return history.commits();
  }

  /// What is wrong with an answer is thrown where it is given, and the engine logs it; what comes
  /// of it later says less.
  private void run(long seed) {
    Throwable end = null;
    try {
      new History(seed, ending -> seen.merge(ending, 1, Integer::sum)).run();
    } catch (AssertionError | RuntimeException e) {
      end = e;
    }
    if (!faults.list.isEmpty()) {
      ILoggingEvent first = faults.list.get(0);
      faults.list.clear();
      Throwable cause =
          first.getThrowableProxy() instanceof ThrowableProxy p ? p.getThrowable() : end;
      throw new AssertionError("the engine complained: " + first.getFormattedMessage(), cause);
    }
    if (end != null) {
      throw new AssertionError("it ended early", end);
    }
  }
}
