package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.WriteOptions.How;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whoever changes a part of a file builds on the content that was there when it was opened. If
/// somebody else commits another one before the change is sent, the two must not be mixed: that is
/// a conflict.
class OutdatedChangesTest {
  private static final String PATH = "/shared";

  /// With the metadata, and in blocks.
  private static final int[] LENGTHS = {0, 100, 150_000};

  private static TestCluster cluster;
  private static PlasmaClient client;
  private static PlasmaClient other;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().start();
    client = cluster.connect();
    other = cluster.connect();
  }

  @AfterAll
  static void stop() {
    other.close();
    client.close();
    cluster.close();
  }

  /// A file that was opened to change a part of it.
  interface Opened {
    void change() throws IOException;

    void close() throws IOException;

    void abort();
  }

  /// How parts of files are changed.
  enum Way {
    WRITE(How.UPDATE_EXISTING) {
      @Override
      void change(PlasmaChannel channel) throws IOException {
        int unused = channel.write(ByteBuffer.wrap(new byte[10]), 5);
      }
    },
    WRITE_OR_CREATE(How.UPDATE) {
      @Override
      void change(PlasmaChannel channel) throws IOException {
        int unused = channel.write(ByteBuffer.wrap(new byte[70_000]), 20);
      }
    },
    APPEND(How.APPEND) {
      @Override
      void change(PlasmaChannel channel) throws IOException {
        int unused = channel.write(ByteBuffer.wrap(new byte[10]));
      }
    },
    CUT_AND_WRITE(How.UPDATE_EXISTING) {
      @Override
      void change(PlasmaChannel channel) throws IOException {
        Object unused = channel.truncate(channel.size() / 2);
        int unusedCount = channel.write(ByteBuffer.wrap(new byte[10]), 3);
      }
    },
    STREAM_FROM_START(How.UPDATE),
    STREAM_APPEND(How.APPEND);

    private final How how;

    Way(How how) {
      this.how = how;
    }

    void change(PlasmaChannel channel) throws IOException {
      throw new AssertionError("is a stream");
    }

    Opened open(Namespace namespace) {
      Location where = Location.of(PATH);
      WriteOptions options = WriteOptions.DEFAULT.with(how);
      return name().startsWith("STREAM")
          ? new OpenStream(namespace.openOutput(where, options))
          : new OpenChannel(this, namespace.openChannel(where, options));
    }
  }

  private record OpenChannel(Way way, PlasmaChannel channel) implements Opened {
    @Override
    public void change() throws IOException {
      way.change(channel);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    @Override
    public void abort() {
      channel.abort();
    }
  }

  private record OpenStream(PlasmaOutputStream out) implements Opened {
    @Override
    public void change() throws IOException {
      out.write(new byte[10]);
    }

    @Override
    public void close() throws IOException {
      out.close();
    }

    @Override
    public void abort() {
      out.abort();
    }
  }

  static List<Arguments> waysAndLengths() {
    List<Arguments> all = new ArrayList<>();
    for (Way way : Way.values()) {
      for (int length : LENGTHS) {
        all.add(Arguments.of(way, length));
      }
    }
    return all;
  }

  private static byte[] ours(int length) {
    return bytes(length);
  }

  /// Of another length, so that parts of it would be seen.
  private static byte[] theirs(int length) {
    return bytes(length + 1000);
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void assertConflicts(Work work) {
    assertThatThrownBy(work::run)
        .satisfies(thrown -> {
          FsException failure =
              thrown instanceof PlasmaIOException e ? e.failure() : (FsException) thrown;
          assertThat(failure.status()).as("%s", failure).isEqualTo(FsStatus.ECONFLICT);
          assertThat(failure.conflicts())
              .extracting(Conflict::kind)
              .containsExactly(Conflict.Kind.CONTENT_VERSION);
          Conflict conflict = failure.conflicts().getFirst();
          assertThat(conflict.found()).isGreaterThan(conflict.expected());
        });
  }

  /// Who changes the file in a transaction meets the change that somebody else has made since.
  ///
  /// @param first what the transaction does before it opens the file
  private static void assertConflictAfter(Consumer<Transaction> first, Way way, int length) {
    client.write(PATH, ours(length));
    try (Transaction tx = client.begin()) {
      first.accept(tx);
      Opened opened = way.open(tx);
      other.write(PATH, theirs(length));
      assertConflicts(() -> {
        opened.change();
        opened.close();
        long unused = tx.commit();
      });
    }
    assertThat(client.readAll(PATH)).isEqualTo(theirs(length));
  }

  @ParameterizedTest
  @MethodSource("waysAndLengths")
  void inATransactionItIsAConflict(Way way, int length) {
    assertConflictAfter(tx -> {}, way, length);
  }

  /// A change of the time alone takes no lock: others may still change the content.
  @ParameterizedTest
  @MethodSource("waysAndLengths")
  void inATransactionThatChangedTheTimeItIsAConflict(Way way, int length) {
    assertConflictAfter(
        tx -> {
          Object unused = tx.setModified(PATH, Instant.ofEpochSecond(1_000_000));
        },
        way,
        length);
  }

  @ParameterizedTest
  @MethodSource("waysAndLengths")
  void whoIgnoresThatCannotCommit(Way way, int length) throws IOException {
    client.write(PATH, ours(length));
    try (Transaction tx = client.begin()) {
      Opened opened = way.open(tx);
      other.write(PATH, theirs(length));
      opened.change();
      try {
        opened.close();
      } catch (PlasmaIOException e) {
        assertThat(e.failure().status()).isEqualTo(FsStatus.ECONFLICT);
      }
      assertConflicts(() -> {
        long unused = tx.commit();
      });
    }
    assertThat(client.readAll(PATH)).isEqualTo(theirs(length));
  }

  @ParameterizedTest
  @MethodSource("waysAndLengths")
  void ofAClientItIsAConflict(Way way, int length) {
    client.write(PATH, ours(length));
    Opened opened = way.open(client);
    try {
      other.write(PATH, theirs(length));
      assertConflicts(() -> {
        opened.change();
        opened.close();
      });
    } finally {
      opened.abort();
    }
    assertThat(client.readAll(PATH)).isEqualTo(theirs(length));
  }

  @ParameterizedTest
  @MethodSource("waysAndLengths")
  void whoChangesNothingIsInNobodysWay(Way way, int length) throws IOException {
    client.write(PATH, ours(length));
    try (Transaction tx = client.begin()) {
      Opened within = way.open(tx);
      Opened opened = way.open(client);
      other.write(PATH, theirs(length));
      within.close();
      opened.close();
      long unused = tx.commit();
    }
    assertThat(client.readAll(PATH)).isEqualTo(theirs(length));
  }

  @ParameterizedTest
  @MethodSource("waysAndLengths")
  void aTransactionsOwnChangesAreNoConflict(Way way, int length) throws IOException {
    client.write(PATH, theirs(length));
    byte[] expected;
    try (Transaction tx = client.begin()) {
      tx.write(PATH, ours(length));
      for (int round = 0; round < 2; round++) {
        Opened opened = way.open(tx);
        opened.change();
        opened.close();
      }
      expected = tx.readAll(PATH);
      long unused = tx.commit();
    }
    assertThat(client.readAll(PATH)).isEqualTo(expected);
  }

  static Stream<Integer> lengths() {
    return Arrays.stream(LENGTHS).boxed();
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void aFileThatWasRemovedMeanwhileTakesNoChange(int length) {
    client.write(PATH, ours(length));
    try (Transaction tx = client.begin()) {
      Opened opened = Way.WRITE.open(tx);
      other.unlink(PATH);
      assertThatThrownBy(
              () -> {
                opened.change();
                opened.close();
              })
          .isInstanceOfSatisfying(
              PlasmaIOException.class,
              e -> assertThat(e.failure().status()).isIn(FsStatus.ECONFLICT, FsStatus.ESTALE));
    }
  }
}
