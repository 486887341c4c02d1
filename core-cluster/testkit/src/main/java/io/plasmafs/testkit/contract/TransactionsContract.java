package io.plasmafs.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.Requirement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Transactions: seen within at once, from outside all of it or nothing, and nobody waits.
public interface TransactionsContract extends ContractCase {

  /// One change of each sort, to `target`, which is there with the file `target/a` and the empty
  /// directory `target/d`.
  enum Change {
    CREATE,
    MKDIR,
    WRITE,
    UNLINK,
    RMDIR,
    RENAME,
    CHMOD
  }

  private void run(Change change, FilesystemUnderTest by) {
    switch (change) {
      case CREATE -> by.create(at("target/new"), 0644);
      case MKDIR -> by.mkdir(at("target/new"), 0755);
      case WRITE -> by.write(at("target/a"), "changed".getBytes(UTF_8));
      case UNLINK -> by.unlink(at("target/a"));
      case RMDIR -> by.rmdir(at("target/d"));
      case RENAME -> by.rename(at("target/a"), at("target/new"), RenameMode.REPLACE);
      case CHMOD -> by.setAttributes(at("target/a"), AttributeChanges.NONE.withMode(0600));
    }
  }

  /// What can be seen of `target`.
  private String seenBy(FilesystemUnderTest by) {
    StringBuilder seen = new StringBuilder();
    for (var name : by.list(at("target"))) {
      FsPath path = at("target").resolve(name);
      var attributes = by.stat(path);
      seen.append(name).append(' ').append(Integer.toOctalString(attributes.mode())).append(' ');
      if (attributes.isRegular()) {
        seen.append(new String(by.read(path), UTF_8));
      }
      seen.append('\n');
    }
    return seen.toString();
  }

  private void makeTarget() {
    mkdir("target");
    write("target/a", "content");
    mkdir("target/d");
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  default void changeIsSeenWithinAtOnceAndOutsideAfterTheCommit(Change change) {
    makeTarget();
    String before = seenBy(fs());
    try (TransactionUnderTest tx = fs().begin()) {
      run(change, tx);
      String within = seenBy(tx);
      assertThat(within).isNotEqualTo(before);
      assertThat(seenBy(fs())).isEqualTo(before);
      tx.commit();
      assertThat(seenBy(fs())).isEqualTo(within);
    }
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  default void abortUndoesEverything(Change change) {
    makeTarget();
    String before = seenBy(fs());
    try (TransactionUnderTest tx = fs().begin()) {
      run(change, tx);
      tx.abort();
    }
    assertThat(seenBy(fs())).isEqualTo(before);
    run(change, fs());
    assertThat(seenBy(fs())).isNotEqualTo(before);
  }

  @Test
  default void closingAborts() {
    try (TransactionUnderTest tx = fs().begin()) {
      tx.mkdir(at("a"), 0755);
    }
    assertThatPath("a").isMissing();
  }

  @Test
  default void changesBuildUponEachOther() {
    try (TransactionUnderTest tx = fs().begin()) {
      tx.mkdir(at("a"), 0755);
      tx.write(at("a/b"), new byte[] {1});
      tx.rename(at("a"), at("c"), RenameMode.REPLACE);
      tx.write(at("c/b"), new byte[] {2, 3});
      tx.mkdir(at("a"), 0755);
      tx.rename(at("c/b"), at("a/b"), RenameMode.REPLACE);
      tx.rmdir(at("c"));
      assertThat(tx.list(directory())).hasSize(1);
      assertThatPath("").hasChildren();
      tx.commit();
    }
    assertThatPath("").hasChildren("a");
    assertThatPath("a/b").hasContent(new byte[] {2, 3});
  }

  @Test
  default void failureWithinLeavesTheRest() {
    write("there", "x");
    try (TransactionUnderTest tx = fs().begin()) {
      tx.mkdir(at("a"), 0755);
      assertFails(FsStatus.EEXIST, () -> tx.mkdir(at("there"), 0755));
      assertFails(FsStatus.ENOENT, () -> tx.unlink(at("missing")));
      tx.mkdir(at("b"), 0755);
      tx.commit();
    }
    assertThatPath("").hasChildren("a", "b", "there");
  }

  @Test
  default void whatIsMadeAndUnmadeLeavesNothing() {
    try (TransactionUnderTest tx = fs().begin()) {
      tx.write(at("a"), new byte[100]);
      tx.unlink(at("a"));
      tx.mkdir(at("d"), 0755);
      tx.rmdir(at("d"));
      tx.commit();
    }
    assertThatPath("").hasChildren();
  }

  /// Two changes by two transactions at the same time: the second is refused, or both happen.
  @ParameterizedTest(name = "{0}, and meanwhile {1}: {2}")
  @CsvSource({
    "CREATE, CREATE, ECONFLICT",
    "CREATE, MKDIR,  ECONFLICT",
    "CREATE, RENAME, ECONFLICT",
    "MKDIR,  MKDIR,  ECONFLICT",
    "WRITE,  WRITE,  ECONFLICT",
    "WRITE,  CHMOD,  ECONFLICT",
    "CHMOD,  WRITE,  ECONFLICT",
    "CHMOD,  CHMOD,  ECONFLICT",
    "UNLINK, UNLINK, ECONFLICT",
    "UNLINK, RENAME, ECONFLICT",
    "RENAME, UNLINK, ECONFLICT",
    "RENAME, RENAME, ECONFLICT",
    "RMDIR,  RMDIR,  ECONFLICT",
    "CREATE, UNLINK, OK",
    "CREATE, WRITE,  OK",
    "CREATE, RMDIR,  OK",
    "MKDIR,  WRITE,  OK",
    "UNLINK, RMDIR,  OK",
    "WRITE,  RMDIR,  OK",
  })
  default void secondChangeIsAnsweredAtOnce(Change first, Change second, FsStatus expected) {
    makeTarget();
    String before = seenBy(fs());
    try (TransactionUnderTest one = fs().begin();
        TransactionUnderTest two = fs().begin()) {
      run(first, one);
      assertEnds(
          expected,
          () -> {
            run(second, two);
            two.commit();
          });
      one.commit();
    }
    assertThat(seenBy(fs())).isNotEqualTo(before);
  }

  @Test
  default void conflictNamesWhatIsContested() {
    write("contested", "x");
    try (TransactionUnderTest one = fs().begin();
        TransactionUnderTest two = fs().begin()) {
      one.write(at("contested"), new byte[1]);
      try {
        two.write(at("contested"), new byte[2]);
        throw new AssertionError("the second writer was not refused");
      } catch (FsException e) {
        assertThat(e.status()).isEqualTo(FsStatus.ECONFLICT);
        assertThat(e.conflicts()).isNotEmpty();
      }
    }
    assertThatPath("contested").hasContent("x");
  }

  @Test
  default void directoryWhereSomebodyCreatesCannotGoAway() {
    mkdir("d");
    try (TransactionUnderTest one = fs().begin();
        TransactionUnderTest two = fs().begin()) {
      one.create(at("d/a"), 0644);
      assertFails(FsStatus.ECONFLICT, () -> two.rmdir(at("d")));
      one.commit();
    }
    assertThatPath("d").hasChildren("a");
  }

  @Test
  default void nothingIsCreatedInDirectoryThatGoesAway() {
    mkdir("d");
    try (TransactionUnderTest one = fs().begin();
        TransactionUnderTest two = fs().begin()) {
      one.rmdir(at("d"));
      assertFails(FsStatus.ECONFLICT, () -> two.create(at("d/a"), 0644));
      one.commit();
    }
    assertThatPath("d").isMissing();
  }

  @Test
  default void directoriesThatMoveIntoEachOtherConflict() {
    // a, b: one moves a into b, the other b into a; both would make a circle.
    mkdir("a");
    mkdir("b");
    try (TransactionUnderTest one = fs().begin();
        TransactionUnderTest two = fs().begin()) {
      one.rename(at("a"), at("b/a"), RenameMode.REPLACE);
      assertFails(FsStatus.ECONFLICT, () -> two.rename(at("b"), at("a/b"), RenameMode.REPLACE));
      one.commit();
    }
    assertThatPath("b").hasChildren("a");
  }

  @Test
  default void locksEndWithTheTransaction() {
    write("a", "x");
    try (TransactionUnderTest one = fs().begin()) {
      one.write(at("a"), new byte[] {1});
    }
    try (TransactionUnderTest two = fs().begin()) {
      two.write(at("a"), new byte[] {2});
      two.commit();
    }
    assertThatPath("a").hasContent(new byte[] {2});
  }

  @Test
  default void othersCommitsAreSeen() {
    write("a", "old");
    try (TransactionUnderTest tx = fs().begin()) {
      assertThat(tx.read(at("a"))).isEqualTo("old".getBytes(UTF_8));
      write("a", "new");
      assertThat(tx.read(at("a"))).isEqualTo("new".getBytes(UTF_8));
    }
  }

  /// Preconditions, against a file `a` that is there, changed meanwhile or not.
  @ParameterizedTest(name = "{0} of {1}, changed by {2}: {3}")
  @CsvSource({
    "PRESENT,         a,       nothing, OK",
    "PRESENT,         missing, nothing, ECONFLICT",
    "PRESENT,         a,       unlink,  ECONFLICT",
    "ABSENT,          missing, nothing, OK",
    "ABSENT,          a,       nothing, ECONFLICT",
    "ABSENT,          a,       unlink,  OK",
    "VERSION,         a,       nothing, OK",
    "VERSION,         a,       write,   ECONFLICT",
    "VERSION,         a,       chmod,   ECONFLICT",
    "CONTENT_VERSION, a,       nothing, OK",
    "CONTENT_VERSION, a,       write,   ECONFLICT",
    "CONTENT_VERSION, a,       chmod,   OK",
    "CONTENT_VERSION, a,       unlink,  ECONFLICT",
  })
  default void preconditionIsCheckedAtTheCommit(
      Requirement kind, String path, String meanwhile, FsStatus expected) {
    write("a", "x");
    long version =
        switch (kind) {
          case PRESENT, ABSENT -> 0;
          case VERSION -> stat("a").version();
          case CONTENT_VERSION -> stat("a").contentVersion();
        };
    try (TransactionUnderTest tx = fs().begin()) {
      tx.mkdir(at("done"), 0755);
      tx.require(at(path), kind, version);
      switch (meanwhile) {
        case "nothing" -> {}
        case "write" -> write("a", "y");
        case "chmod" -> fs().setAttributes(at("a"), AttributeChanges.NONE.withMode(0600));
        case "unlink" -> fs().unlink(at("a"));
        default -> throw new AssertionError(meanwhile);
      }
      assertEnds(expected, tx::commit);
    }
    if (expected == FsStatus.OK) {
      assertThatPath("done").isDirectory();
    } else {
      assertThatPath("done").isMissing();
    }
  }

  @Test
  default void commitIsSeenAsOneStep() throws Exception {
    // Two files always have the same content; who looks never sees them differ.
    mkdir("pair");
    write("pair/a", "0");
    write("pair/b", "0");
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> writer =
          workers.submit(() -> {
            for (int round = 1; round <= 25; round++) {
              try (TransactionUnderTest tx = fs().begin()) {
                byte[] content = String.valueOf(round).getBytes(UTF_8);
                tx.unlink(at("pair/a"));
                tx.write(at("pair/a"), content);
                tx.write(at("pair/b"), content);
                tx.commit();
              }
            }
          });
      int last = 0;
      while (!writer.isDone()) {
        // a is read first: b can only be newer
        int a = Integer.parseInt(read("pair/a"));
        int b = Integer.parseInt(read("pair/b"));
        assertThat(b).isGreaterThanOrEqualTo(a);
        assertThat(a).isGreaterThanOrEqualTo(last);
        assertThat(fs().list(at("pair"))).hasSize(2);
        last = b;
      }
      Object unused = writer.get();
    }
    assertThatPath("pair/a").hasContent("25");
  }

  @Test
  default void oneOfManyCreatorsWins() throws Exception {
    List<Callable<Boolean>> attempts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      attempts.add(() -> {
        try (TransactionUnderTest tx = fs().begin()) {
          tx.mkdir(at("contested"), 0755);
          tx.mkdir(at("contested/by" + number), 0755);
          tx.commit();
          return true;
        } catch (FsException e) {
          assertThat(e.status()).isIn(FsStatus.ECONFLICT, FsStatus.EEXIST);
          return false;
        }
      });
    }
    int won = 0;
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> attempt : workers.invokeAll(attempts)) {
        won += attempt.get() ? 1 : 0;
      }
    }
    assertThat(won).isEqualTo(1);
    assertThat(fs().list(at("contested"))).hasSize(1);
  }
}
