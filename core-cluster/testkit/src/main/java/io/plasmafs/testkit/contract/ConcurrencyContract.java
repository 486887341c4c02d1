package io.plasmafs.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several at once: readers see whole contents, writers conflict or follow one another.
public interface ConcurrencyContract extends ContractCase {

  /// Runs all at the same time and waits; the first failure is thrown.
  private static void together(List<Callable<?>> tasks) throws Exception {
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (Callable<?> task : tasks) {
        all.add(workers.submit(task));
      }
      for (Future<?> one : all) {
        Object unused = one.get();
      }
    }
  }

  /// Again, as long as somebody else is first.
  private static void insist(Runnable action) {
    for (int attempt = 0; ; attempt++) {
      try {
        action.run();
        return;
      } catch (FsException e) {
        if (e.status() != FsStatus.ECONFLICT || attempt == 2000) {
          throw e;
        }
        Thread.yield();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 8192, 8193, 150_000})
  default void readerSeesWholeContents(int length) throws Exception {
    int fitting = fitting(length);
    write("a", filled(0, fitting));
    AtomicBoolean written = new AtomicBoolean();
    Callable<?> writer =
        () -> {
          try {
            for (int round = 1; round <= 20; round++) {
              byte[] content = filled(round, fitting);
              insist(() -> write("a", content));
            }
          } finally {
            written.set(true);
          }
          return null;
        };
    Callable<?> reader =
        () -> {
          int last = 0;
          while (!written.get()) {
            byte[] content = fs().read(at("a"));
            assertThat(content).hasSize(fitting);
            assertThat(content).isEqualTo(filled(content[0], fitting));
            assertThat((int) content[0]).isGreaterThanOrEqualTo(last);
            last = content[0];
          }
          return null;
        };
    together(List.of(writer, reader, reader));
    assertThatPath("a").hasContent(filled(20, fitting));
  }

  private static byte[] filled(int value, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  default void creationsInOneDirectoryDoNotConflict() throws Exception {
    List<Callable<?>> creators = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String prefix = "by" + i + "-";
      creators.add(() -> {
        for (int n = 0; n < 15; n++) {
          write(prefix + n, prefix + n);
        }
        return null;
      });
    }
    together(creators);
    assertThat(fs().list(directory())).hasSize(90);
    assertThatPath("").hasSize(90);
    assertThatPath("by5-14").hasContent("by5-14");
  }

  @Test
  default void exclusiveCreateHasOneWinner() throws Exception {
    List<String> winners = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Callable<?>> creators = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String who = "creator " + i;
      creators.add(() -> {
        try {
          fs().create(at("a"), 0644);
          winners.add(who);
        } catch (FsException e) {
          assertThat(e.status()).isIn(FsStatus.EEXIST, FsStatus.ECONFLICT);
        }
        return null;
      });
    }
    together(creators);
    assertThat(winners).hasSize(1);
  }

  @Test
  default void renamesOfOneFileHaveOneWinner() throws Exception {
    write("a", "x");
    List<Integer> winners = java.util.Collections.synchronizedList(new ArrayList<>());
    List<Callable<?>> movers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int number = i;
      movers.add(() -> {
        try {
          rename("a", "b" + number);
          winners.add(number);
        } catch (FsException e) {
          assertThat(e.status()).isIn(FsStatus.ENOENT, FsStatus.ECONFLICT);
        }
        return null;
      });
    }
    together(movers);
    assertThat(winners).hasSize(1);
    assertThatPath("").hasChildren("b" + winners.get(0));
  }

  @Test
  default void treesCanBeMadeAndRemovedSideBySide() throws Exception {
    List<Callable<?>> workers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String own = "tree" + i;
      workers.add(() -> {
        for (int round = 0; round < 5; round++) {
          mkdir(own);
          for (int n = 0; n < 5; n++) {
            write(own + "/" + n, "x");
          }
          for (int n = 0; n < 5; n++) {
            fs().unlink(at(own + "/" + n));
          }
          fs().rmdir(at(own));
        }
        return null;
      });
    }
    together(workers);
    assertThatPath("").hasChildren().hasLinks(2);
  }

  @Test
  default void lastOfManyWritersIsWhole() throws Exception {
    int length = fitting(30_000);
    write("a", filled(0, length));
    List<Callable<?>> writers = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      byte[] content = filled(i, length);
      writers.add(() -> {
        insist(() -> write("a", content));
        return null;
      });
    }
    together(writers);
    byte[] found = fs().read(at("a"));
    assertThat(found).isEqualTo(filled(found[0], length));
    assertThat((int) found[0]).isBetween(1, 6);
  }

  @Test
  default void listingSeesEachEntryOnce() throws Exception {
    for (int i = 0; i < 50; i++) {
      write("kept" + i, "x");
    }
    AtomicBoolean done = new AtomicBoolean();
    Callable<?> changer =
        () -> {
          try {
            for (int i = 0; i < 40; i++) {
              write("new" + i, "x");
              fs().unlink(at("new" + i));
            }
          } finally {
            done.set(true);
          }
          return null;
        };
    Callable<?> lister =
        () -> {
          while (!done.get()) {
            var names = fs().list(directory());
            assertThat(names).doesNotHaveDuplicates();
            assertThat(names.stream().filter(name -> name.text().startsWith("kept"))).hasSize(50);
          }
          return null;
        };
    together(List.of(changer, lister));
    assertThat(new String(fs().read(at("kept0")), UTF_8)).isEqualTo("x");
  }
}
