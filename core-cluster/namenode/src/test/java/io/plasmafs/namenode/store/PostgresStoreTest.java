package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Replica;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.MetadataAudit;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresStoreTest {
  private final StoreSettings settings = Databases.fresh();
  private final List<PostgresStore> stores = new ArrayList<>();

  /// A store and how far its tables are.
  private record Open(PostgresStore store, MetadataStore.State state, Progress progress) {
    void append(CommitBatch batch) {
      store.append(batch).join();
    }

    /// Appends and waits until the tables show it.
    void commit(CommitBatch batch) {
      append(batch);
      progress.await(batch.last());
    }

    <T> T fetch(Fetch<T> question) {
      return store.fetch(question).join();
    }
  }

  private Open open() {
    return open(settings);
  }

  private Open open(StoreSettings with) {
    PostgresStore store = new PostgresStore(with);
    stores.add(store);
    Progress progress = new Progress();
    store.onApplied(progress::reached);
    return new Open(store, store.open(), progress);
  }

  @AfterEach
  void close() {
    stores.forEach(PostgresStore::close);
  }

  private static StoreException.Kind kindOf(CompletableFuture<?> future) {
    try {
      future.get(60, TimeUnit.SECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(StoreException.class);
      return ((StoreException) e.getCause()).kind();
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("it did not fail");
  }

  private long ask(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private void run(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aNewDatabaseIsSetUpAndEmpty() {
    Open open = open(Databases.empty());
    assertThat(open.state()).isEqualTo(new MetadataStore.State(1, 0, 0, 0));
    assertThat(open.fetch(new Fetch.OfInode(InodeId.ROOT))).isEmpty();
    assertThat(open.fetch(new Fetch.OfEntry(InodeId.ROOT, Name.of("a")))).isEmpty();
    assertThat(open.fetch(new Fetch.OfExtents(InodeId.ROOT, 0, 100))).isEmpty();
    assertThat(open.fetch(new Fetch.OfInline(InodeId.ROOT))).isEqualTo(InlineContent.NONE);
    assertThat(open.fetch(new Fetch.OfXattrs(InodeId.ROOT))).isEmpty();
    assertThat(open.fetch(new Fetch.OfEntries(InodeId.ROOT, Optional.empty(), 10))).isEmpty();
    assertThat(open.store().commitOf(CommitToken.random()).join()).isEmpty();
    assertThat(open.store().datanodes()).isEmpty();
  }

  @Test
  void everyKindOfRowIsPutChangedAndDeleted() {
    Open open = open();
    InodeId inode = new InodeId(7);
    InodeRecord record = Samples.file(7, 1);
    Extent extent = Samples.extent(5);
    XattrName xattr = XattrName.of("user.a");
    Name name = Name.of("x");
    open.commit(
        Samples.batch(
            1,
            1,
            new Change.PutInode(record),
            new Change.PutEntry(InodeId.ROOT, name, inode),
            new Change.PutExtent(inode, extent),
            Samples.inline(inode, Bytes.wrap(new byte[] {1, 2})),
            new Change.PutXattr(inode, xattr, Bytes.EMPTY)));
    assertThat(open.fetch(new Fetch.OfInode(inode))).contains(record);
    assertThat(open.fetch(new Fetch.OfEntry(InodeId.ROOT, name))).contains(inode);
    assertThat(open.fetch(new Fetch.OfExtents(inode, 0, 1))).containsExactly(extent);
    assertThat(open.fetch(new Fetch.OfInline(inode)))
        .isEqualTo(Samples.whole(Bytes.wrap(new byte[] {1, 2})));
    assertThat(open.fetch(new Fetch.OfXattrs(inode))).isEqualTo(Map.of(xattr, Bytes.EMPTY));

    InodeRecord changed = Samples.directory(7, 2);
    open.commit(
        Samples.batch(
            1,
            2,
            new Change.PutInode(changed),
            new Change.PutEntry(InodeId.ROOT, name, new InodeId(8)),
            new Change.PutExtent(inode, Samples.extent(6)),
            Samples.inline(inode, Bytes.EMPTY),
            new Change.PutXattr(inode, xattr, Bytes.wrap(new byte[] {0}))));
    assertThat(open.fetch(new Fetch.OfInode(inode))).contains(changed);
    assertThat(open.fetch(new Fetch.OfEntry(InodeId.ROOT, name))).contains(new InodeId(8));
    assertThat(open.fetch(new Fetch.OfExtents(inode, 0, 1))).containsExactly(Samples.extent(6));
    assertThat(open.fetch(new Fetch.OfInline(inode))).isEqualTo(Samples.whole(Bytes.EMPTY));
    assertThat(open.fetch(new Fetch.OfXattrs(inode)))
        .isEqualTo(Map.of(xattr, Bytes.wrap(new byte[] {0})));

    open.commit(
        Samples.batch(
            1,
            3,
            new Change.DeleteEntry(InodeId.ROOT, name),
            new Change.DeleteExtent(inode, 0),
            new Change.DeleteInline(inode),
            new Change.DeleteXattr(inode, xattr)));
    assertThat(open.fetch(new Fetch.OfInode(inode))).contains(changed);
    assertThat(open.fetch(new Fetch.OfEntry(InodeId.ROOT, name))).isEmpty();
    assertThat(open.fetch(new Fetch.OfExtents(inode, 0, 1))).isEmpty();
    assertThat(open.fetch(new Fetch.OfInline(inode))).isEqualTo(InlineContent.NONE);
    assertThat(open.fetch(new Fetch.OfXattrs(inode))).isEmpty();
  }

  @Test
  void deletingAnInodeDeletesAllThatBelongsToIt() throws Exception {
    Open open = open();
    for (long id : new long[] {7, 8}) {
      InodeId inode = new InodeId(id);
      open.commit(
          Samples.batch(
              1,
              id - 6,
              new Change.PutInode(Samples.file(id, 1)),
              new Change.PutExtent(inode, Samples.extent(5)),
              Samples.inline(inode, Bytes.wrap(new byte[] {1})),
              new Change.PutXattr(inode, XattrName.of("user.a"), Bytes.EMPTY)));
    }
    open.commit(Samples.batch(1, 3, new Change.DeleteInode(new InodeId(7))));
    for (String table : new String[] {"extent", "small_file", "xattr"}) {
      assertThat(ask("SELECT count(*) FROM " + table)).as(table).isEqualTo(1);
      assertThat(ask("SELECT min(inode) FROM " + table)).as(table).isEqualTo(8);
    }
    assertThat(open.fetch(new Fetch.OfInode(new InodeId(7)))).isEmpty();
    assertThat(open.fetch(new Fetch.OfInode(new InodeId(8)))).isPresent();
  }

  /// Contents are in their table before the rest of their commit is.
  @Test
  void contentsShowWhenTheirCommitIsApplied() throws Exception {
    Open open = open();
    InodeId inode = new InodeId(7);
    Bytes before = Bytes.wrap(new byte[] {1});
    Bytes after = Bytes.wrap(new byte[1 << 20]);
    open.commit(
        Samples.batch(
            1, 1, new Change.PutInode(Samples.file(7, 1)), Samples.inline(inode, before)));
    try (Connection blocker =
            DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("SELECT * FROM applied FOR UPDATE");
      open.append(
          Samples.batch(1, 2, Samples.inline(inode, after), Samples.inline(new InodeId(8), after)));
      open.append(Samples.batch(1, 3, new Change.DeleteInline(new InodeId(8))));
      assertThat(open.store().lag().bytes()).isGreaterThan(1 << 20);
      assertThat(ask("SELECT count(*) FROM small_file")).isEqualTo(3);
      assertThat(open.fetch(new Fetch.OfInline(inode))).isEqualTo(Samples.whole(before));
      assertThat(open.fetch(new Fetch.OfInline(new InodeId(8)))).isEqualTo(InlineContent.NONE);
      try (MetadataAudit audit = open.store().audit(InodeId.NONE)) {
        audit.inodes(file -> assertThat(file.inlineBytes()).isEqualTo(1));
      }
      blocker.rollback();
    }
    open.progress().await(3);
    assertThat(open.fetch(new Fetch.OfInline(inode))).isEqualTo(Samples.whole(after));
    assertThat(open.fetch(new Fetch.OfInline(new InodeId(8)))).isEqualTo(InlineContent.NONE);
    assertThat(ask("SELECT count(*) FROM small_file")).isEqualTo(1);
    try (MetadataAudit audit = open.store().audit(InodeId.NONE)) {
      audit.inodes(file -> assertThat(file.inlineBytes()).isEqualTo(after.length()));
    }
  }

  /// Each commit that adds to a content puts a row with what it adds.
  @Test
  void addedBytesContinueWhatIsThere() throws Exception {
    long seed = System.nanoTime();
    System.out.println("addedBytesContinueWhatIsThere seed " + seed);
    Random random = new Random(seed);
    Open open = open();
    MapModel model = new MapModel();
    Map<Long, InlineContent> now = new HashMap<>();
    for (long sequence = 1; sequence <= 200; sequence++) {
      long id = 2L + random.nextInt(3);
      InodeId inode = new InodeId(id);
      InlineContent before = now.getOrDefault(id, InlineContent.NONE);
      Change change =
          switch (random.nextInt(8)) {
            case 0 -> new Change.DeleteInline(inode);
            case 1 -> put(inode, new InlineContent(random.nextInt(9), bytes(random, 1), 1), 0);
            default ->
                before.isEmpty()
                    ? put(inode, new InlineContent(4, bytes(random, 5), 1), 0)
                    : put(inode, longer(before, random), before.length());
          };
      if (change instanceof Change.PutInline(InodeId of, InlineContent content, int kept)) {
        now.put(of.value(), content);
      } else {
        now.remove(id);
      }
      CommitBatch batch = Samples.batch(1, sequence, change);
      open.append(batch);
      model.apply(batch);
      if (random.nextInt(20) == 0) {
        open.progress().await(sequence);
        model.compare(open.store(), 5);
        int rows = now.values().stream().mapToInt(InlineContent::pieces).sum();
        assertThat(ask("SELECT count(*) FROM small_file")).isEqualTo(rows);
      }
    }
    open.store().close();
    model.compare(open().store(), 5);
    try (MetadataAudit audit = open().store().audit(InodeId.NONE)) {
      audit.inodes(file -> assertThat(file.inlineBytes()).isZero());
    }
  }

  private static Change put(InodeId inode, InlineContent content, int kept) {
    return new Change.PutInline(inode, content, kept);
  }

  private static Bytes bytes(Random random, int least) {
    byte[] bytes = new byte[least + random.nextInt(5000)];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  private static InlineContent longer(InlineContent before, Random random) {
    byte[] more = bytes(random, 1).toArray();
    byte[] all = Arrays.copyOf(before.bytes().toArray(), before.length() + more.length);
    System.arraycopy(more, 0, all, before.length(), more.length);
    return new InlineContent(before.index(), Bytes.wrap(all), before.pieces() + 1);
  }

  /// Of earlier releases, whose contents had no version.
  @Test
  void contentsOfBeforeCountUntilTheyAreReplaced() throws Exception {
    StoreSettings earlier = Databases.empty();
    Flyway.configure(Schema.class.getClassLoader())
        .dataSource(earlier.jdbcUrl(), earlier.user(), earlier.password())
        .locations("classpath:io/plasmafs/namenode/store/migration")
        .target("2")
        .load()
        .migrate();
    try (Connection connection =
            DriverManager.getConnection(earlier.jdbcUrl(), earlier.user(), earlier.password());
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO small_file VALUES (7, '\\x01'), (8, '\\x02')");
      Open open = open(earlier);
      assertThat(open.fetch(new Fetch.OfInline(new InodeId(7))))
          .isEqualTo(Samples.whole(Bytes.wrap(new byte[] {1})));
      open.commit(
          Samples.batch(
              1,
              1,
              new Change.DeleteInode(new InodeId(8)),
              Samples.inline(new InodeId(7), Bytes.EMPTY)));
      assertThat(open.fetch(new Fetch.OfInline(new InodeId(7))))
          .isEqualTo(Samples.whole(Bytes.EMPTY));
      try (ResultSet rows =
          statement.executeQuery("SELECT count(*), min(inode), min(version) FROM small_file")) {
        rows.next();
        assertThat(rows.getLong(1)).isEqualTo(1);
        assertThat(rows.getLong(2)).isEqualTo(7);
        assertThat(rows.getLong(3)).isEqualTo(1);
      }
    }
  }

  /// Earlier releases had contents in the log.
  @Test
  void contentsInTheLogAreApplied() throws Exception {
    Open open = open();
    InodeId inode = new InodeId(7);
    open.commit(Samples.batch(1, 1, Samples.inline(inode, Bytes.EMPTY)));
    open.store().close();
    Bytes content = Bytes.wrap(new byte[] {1, 2, 3});
    byte[] payload = LogCodec.encode(Samples.batch(1, 2, Samples.inline(inode, content)));
    run("INSERT INTO commit_log VALUES (2, 2, 1, '\\x" + HexFormat.of().formatHex(payload) + "')");
    Open second = open();
    assertThat(second.fetch(new Fetch.OfInline(inode))).isEqualTo(Samples.whole(content));
    assertThat(ask("SELECT count(*) FROM small_file")).isEqualTo(1);
  }

  @Test
  void namesAreBytesAndListedInTheirOrderPageByPage() {
    Open open = open();
    Samples samples = new Samples(42);
    java.util.TreeMap<Name, InodeRecord> expected = new java.util.TreeMap<>();
    List<Change> changes = new ArrayList<>();
    for (int b = 1; b < 256; b++) {
      if (b != '/' && b != '.') {
        expected.put(Name.of(new byte[] {(byte) b}), Samples.file(1000 + b, 1));
      }
    }
    for (int i = 0; i < 300; i++) {
      expected.put(samples.name(), Samples.file(2000 + i, 1));
    }
    expected.forEach((name, inode) -> {
      changes.add(new Change.PutInode(inode));
      changes.add(new Change.PutEntry(InodeId.ROOT, name, inode.id()));
    });
    changes.add(new Change.PutEntry(new InodeId(2), Name.of("elsewhere"), new InodeId(1001)));
    open.commit(Samples.batch(1, 1, changes.toArray(Change[]::new)));

    List<Fetch.Entry> listed = new ArrayList<>();
    Optional<Name> after = Optional.empty();
    while (true) {
      List<Fetch.Entry> page = open.fetch(new Fetch.OfEntries(InodeId.ROOT, after, 100));
      listed.addAll(page);
      if (page.size() < 100) {
        break;
      }
      after = Optional.of(page.get(99).name());
    }
    assertThat(listed.stream().map(Fetch.Entry::name)).containsExactlyElementsOf(expected.keySet());
    assertThat(listed.stream().map(Fetch.Entry::inode))
        .containsExactlyElementsOf(expected.values());
  }

  @Test
  void extentsAreFoundByTheBlocksThatTheyTouchAndTheFirstBehindThem() {
    Open open = open();
    InodeId inode = new InodeId(7);
    List<Replica> replicas = List.of(new Replica(new DatanodeId(3), 1000));
    Extent longest = new Extent(0, 4096, 1, replicas, Checksums.NONE);
    Extent second = new Extent(4096, 10, 2, replicas, Checksums.NONE);
    Extent afterHole = new Extent(5000, 1, 3, replicas, Checksums.of(9));
    open.commit(
        Samples.batch(
            1,
            1,
            new Change.PutExtent(inode, afterHole),
            new Change.PutExtent(inode, longest),
            new Change.PutExtent(inode, second)));
    assertThat(open.fetch(new Fetch.OfExtents(inode, 4095, 4096))).containsExactly(longest, second);
    assertThat(open.fetch(new Fetch.OfExtents(inode, 4095, 4097)))
        .containsExactly(longest, second, afterHole);
    assertThat(open.fetch(new Fetch.OfExtents(inode, 4106, 4107))).containsExactly(afterHole);
    assertThat(open.fetch(new Fetch.OfExtents(inode, 5001, 6000))).isEmpty();
    assertThat(open.fetch(new Fetch.OfExtents(inode, 4105, 5001)))
        .containsExactly(second, afterHole);
    assertThat(open.fetch(new Fetch.OfExtents(inode, 0, Long.MAX_VALUE)))
        .containsExactly(longest, second, afterHole);
    assertThat(open.fetch(new Fetch.OfExtents(new InodeId(8), 0, Long.MAX_VALUE))).isEmpty();
  }

  @Test
  void anEntryWithoutInodeIsReportedNotHiddenAndHarmsNoOtherQuestion() {
    Open open = open();
    open.commit(
        Samples.batch(
            1,
            1,
            new Change.PutEntry(InodeId.ROOT, Name.of("a"), new InodeId(9)),
            new Change.PutEntry(new InodeId(2), Name.of("b"), new InodeId(8)),
            new Change.PutInode(Samples.file(8, 1))));
    List<CompletableFuture<List<Fetch.Entry>>> damaged = new ArrayList<>();
    List<CompletableFuture<List<Fetch.Entry>>> whole = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      damaged.add(open.store().fetch(new Fetch.OfEntries(InodeId.ROOT, Optional.empty(), 5)));
      whole.add(open.store().fetch(new Fetch.OfEntries(new InodeId(2), Optional.empty(), 5)));
    }
    damaged.forEach(f -> assertThat(kindOf(f)).isEqualTo(StoreException.Kind.BROKEN));
    whole.forEach(f ->
        assertThat(f.join()).containsExactly(new Fetch.Entry(Name.of("b"), Samples.file(8, 1))));
  }

  @Test
  void manyQuestionsAtOnceAreAllAnsweredEachItsOwn() {
    Open open = open();
    open.commit(Samples.creations(1, 1, 2000));
    List<CompletableFuture<Optional<InodeId>>> answers = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      long inode = 2L + i % 3000;
      answers.add(
          open.store()
              .fetch(new Fetch.OfEntry(new InodeId(1 + inode % 100), Name.of("file-" + inode))));
    }
    for (int i = 0; i < answers.size(); i++) {
      long inode = 2L + i % 3000;
      assertThat(answers.get(i).join())
          .isEqualTo(inode <= 2001 ? Optional.of(new InodeId(inode)) : Optional.empty());
    }
  }

  @Test
  void tokensTellTheirCommit() {
    Open open = open();
    CommitToken token = CommitToken.of(new byte[] {0, -1, 5});
    open.commit(
        new CommitBatch(
            1,
            List.of(
                new ChangeSet(1, Optional.empty(), 0, "ann", List.of()),
                new ChangeSet(2, Optional.of(token), 0, "ann", List.of()))));
    assertThat(open.store().commitOf(token).join()).contains(2L);
  }

  @Test
  void countersNeverGiveANumberTwiceEvenAcrossStarts() {
    Open open = open();
    long first = open.store().reserve(MetadataStore.Counter.INODE, 10).join();
    assertThat(first).isEqualTo(2);
    assertThat(open.store().reserve(MetadataStore.Counter.INODE, 5).join()).isEqualTo(12);
    assertThat(open.store().reserve(MetadataStore.Counter.GENERATION, 5).join()).isEqualTo(1);
    assertThat(open.store().reserve(MetadataStore.Counter.DATANODE, 1).join()).isEqualTo(1);
    open.store().close();
    assertThat(open().store().reserve(MetadataStore.Counter.INODE, 1).join()).isEqualTo(17);
  }

  @Test
  void datanodesAreKept() {
    Open open = open();
    DatanodeRecord one =
        new DatanodeRecord(new DatanodeId(1), "aa", "host", "", 1000, DatanodeRecord.Order.ENABLED);
    DatanodeRecord two =
        new DatanodeRecord(
            new DatanodeId(2), "bb", "host", "r1", 10, DatanodeRecord.Order.DRAINING);
    open.store().putDatanode(two).join();
    open.store().putDatanode(one).join();
    assertThat(open.store().datanodes()).containsExactly(one, two);
    DatanodeRecord changed =
        new DatanodeRecord(
            new DatanodeId(1), "aa", "other", "r", 2000, DatanodeRecord.Order.DISABLED);
    open.store().putDatanode(changed).join();
    open.store().deleteDatanode(two).join();
    assertThat(open.store().datanodes()).containsExactly(changed);
  }

  @Test
  void theScanShowsEveryExtentOnce() {
    Open open = open();
    open.commit(Samples.creations(1, 1, 3000));
    open.commit(Samples.creations(1, 3001, 3000));
    Map<InodeId, Extent> seen = new java.util.HashMap<>();
    open.store().scanExtents((inode, extent) -> assertThat(seen.put(inode, extent)).isNull());
    assertThat(seen).hasSize(6000);
    Extent expected = Samples.extent(77);
    assertThat(seen.get(new InodeId(77)))
        .isEqualTo(
            new Extent(
                expected.index(),
                expected.count(),
                expected.generation(),
                expected.replicas(),
                Checksums.NONE));

    List<InodeId> paged = new java.util.ArrayList<>();
    InodeId last = InodeId.NONE;
    for (; ; ) {
      List<FileExtent> page = open.store().extentsAfter(last, Long.MAX_VALUE, 999);
      page.forEach(found -> paged.add(found.inode()));
      if (page.size() < 999) {
        break;
      }
      last = page.get(998).inode();
    }
    assertThat(open.store().extentsAfter(new InodeId(76), Long.MAX_VALUE, 1))
        .extracting(found -> found.extent().replicas())
        .containsExactly(Samples.extent(77).replicas());
    assertThat(paged).doesNotHaveDuplicates().isSorted();
    assertThat(paged).containsExactlyInAnyOrderElementsOf(seen.keySet());
  }

  @Test
  void whatIsInTheLogAndNotInTheTablesIsAppliedAtTheNextStart() throws Exception {
    Open first = open();
    // The tables stand still: somebody locks them out.
    try (Connection blocker =
            DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("SELECT * FROM applied FOR UPDATE");
      for (int i = 0; i < 5; i++) {
        first.append(Samples.creations(1, 1 + i * 10L, 10));
      }
      assertThat(first.store().lag().commits()).isEqualTo(50);
      assertThat(first.store().lag().bytes()).isPositive();
      first.store().close();
      blocker.rollback();
    }
    assertThat(ask("SELECT sequence FROM applied")).isLessThan(50);
    Open second = open();
    assertThat(second.state().sequence()).isEqualTo(50);
    assertThat(ask("SELECT sequence FROM applied")).isEqualTo(50);
    assertThat(second.fetch(new Fetch.OfExtents(new InodeId(51), 0, 1)))
        .containsExactly(Samples.extent(51));
  }

  @Test
  void aNewCoordinatorFencesTheOldOne() throws Exception {
    Open old = open();
    old.commit(Samples.creations(1, 1, 1));
    Open young = open();
    assertThat(young.state().epoch()).isEqualTo(2);
    assertThat(young.state().sequence()).isEqualTo(1);

    assertThat(kindOf(old.store().append(Samples.creations(1, 2, 1))))
        .isEqualTo(StoreException.Kind.FENCED);
    DatanodeRecord datanode =
        new DatanodeRecord(new DatanodeId(1), "aa", "host", "", 1, DatanodeRecord.Order.ENABLED);
    assertThat(kindOf(old.store().putDatanode(datanode))).isEqualTo(StoreException.Kind.FENCED);
    assertThat(kindOf(old.store().deleteDatanode(datanode))).isEqualTo(StoreException.Kind.FENCED);
    young.commit(Samples.creations(2, 2, 1));
    assertThat(ask("SELECT count(*) FROM commit_log")).isEqualTo(2);
    assertThat(ask("SELECT epoch FROM commit_log WHERE last_sequence = 2")).isEqualTo(2);
  }

  /// Old coordinators append as fast as they can while new ones take over. What a new one finds in
  /// the log must be all that any old one is told was done.
  @Test
  void noAppendSlipsPastANewCoordinator() throws Exception {
    for (int round = 0; round < 4; round++) {
      Open old = open();
      long start = old.state().sequence();
      long epoch = old.state().epoch();
      CompletableFuture<Long> acknowledged =
          CompletableFuture.supplyAsync(() -> {
            long sequence = start;
            while (true) {
              try {
                long next = sequence + 1;
                old.append(
                    next % 2 == 0
                        ? Samples.batch(epoch, next)
                        : Samples.batch(
                            epoch, next, Samples.inline(new InodeId(next), Bytes.EMPTY)));
                sequence++;
              } catch (java.util.concurrent.CompletionException e) {
                assertThat(e)
                    .cause()
                    .asInstanceOf(type(StoreException.class))
                    .extracting(StoreException::kind)
                    .isEqualTo(StoreException.Kind.FENCED);
                return sequence;
              }
            }
          });
      old.progress().await(start + 1 + round * 10L);
      Open young = open();
      long last = acknowledged.get(60, TimeUnit.SECONDS);
      assertThat(young.state().sequence()).isEqualTo(last);
      assertThat(ask("SELECT count(*) FROM small_file")).isEqualTo((last + 1) / 2);
      young.store().close();
    }
  }

  @Test
  void anotherClustersDatabaseIsRefused() {
    open().store().close();
    StoreSettings other =
        StoreSettings.of(settings.jdbcUrl(), settings.user(), settings.password(), "other", 65536);
    assertThatThrownBy(() -> open(other))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("belongs to the cluster 'test'");
    StoreSettings otherBlocks =
        StoreSettings.of(settings.jdbcUrl(), settings.user(), settings.password(), "test", 1 << 20);
    assertThatThrownBy(() -> open(otherBlocks))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has blocks of 65536 bytes");
  }

  @Test
  void anotherProgramsOrANewerVersionsDatabaseIsRefused() throws Exception {
    run(
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
            + " installed_by, execution_time, success)"
            + " VALUES (99, '99', 'future', 'SQL', 'V99__future.sql', 'x', 1, true)");
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .extracting(e -> ((StoreException) e).kind())
        .isEqualTo(StoreException.Kind.BROKEN);

    StoreSettings foreign = Databases.empty();
    try (Connection connection =
            DriverManager.getConnection(foreign.jdbcUrl(), foreign.user(), foreign.password());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE accounts (n int)");
    }
    assertThatThrownBy(() -> open(foreign))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is not a database of this version of PlasmaFS");
  }

  @Test
  void aDatabaseThatIsNotThereIsReportedInTime() {
    StoreSettings nowhere =
        StoreSettings.of("jdbc:postgresql://127.0.0.1:1/x", "a", "b", "test", 65536)
            .withPatience(Duration.ofMillis(300));
    assertThatThrownBy(() -> open(nowhere))
        .isInstanceOf(StoreException.class)
        .extracting(e -> ((StoreException) e).kind())
        .isEqualTo(StoreException.Kind.UNAVAILABLE);
  }

  @Test
  void damageInTheLogIsReported() throws Exception {
    Open open = open();
    open.commit(Samples.creations(1, 1, 3));
    open.store().close();
    run("UPDATE applied SET sequence = 0");
    run("UPDATE commit_log SET payload = set_byte(payload, 20, get_byte(payload, 20) # 1)");
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("commits 1 to 3 is damaged")
        .hasMessageContaining("checksum");
    run("DELETE FROM commit_log");
    run("INSERT INTO commit_log VALUES (9, 8, 1, '\\x00')");
    assertThatThrownBy(this::open)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("rows are missing");
  }

  @Test
  void aLostConnectionComesBackByItself() throws Exception {
    Open open = open();
    for (int i = 1; i <= 10; i++) {
      open.commit(Samples.creations(1, i, 1));
      run(
          "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
              + " WHERE pid <> pg_backend_pid() AND datname = current_database()");
      assertThat(open.fetch(new Fetch.OfExtents(new InodeId(i + 1), 0, 1))).hasSize(1);
      assertThat(open.store().reserve(MetadataStore.Counter.INODE, 1).join()).isPositive();
    }
  }

  /// The connection of the append is cut while the insert waits for a lock, so that the server
  /// cannot have done it; the store finds that out and does it again, once.
  @Test
  void anAppendWhoseConnectionBreaksIsDoneExactlyOnce() throws Exception {
    Open open = open();
    open.commit(Samples.creations(1, 1, 1));
    CompletableFuture<Void> appended;
    try (Connection blocker =
            DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("SELECT * FROM coordinator FOR UPDATE");
      appended = open.store().append(smallFile(2));
      awaitTrue(WAITING_APPENDS + " = 1");
      run(
          "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
              + " WHERE application_name = 'plasmafs append' AND datname = current_database()");
      awaitTrue(WAITING_APPENDS + " = 1");
      assertThat(appended).isNotDone();
      blocker.rollback();
    }
    appended.get(60, TimeUnit.SECONDS);
    open.progress().await(2);
    assertThat(ask("SELECT count(*) FROM commit_log WHERE last_sequence = 2")).isEqualTo(1);
    assertThat(ask("SELECT count(*) FROM small_file WHERE version = 2")).isEqualTo(1);
    assertThat(ask("SELECT session FROM coordinator")).isEqualTo(2);
  }

  /// The same while a newer coordinator takes over: the old one must not say that it was done.
  @Test
  void anAppendWhoseConnectionBreaksInATakeoverFails() throws Exception {
    Open open = open();
    open.commit(Samples.creations(1, 1, 1));
    CompletableFuture<Void> appended;
    try (Connection blocker =
            DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("UPDATE coordinator SET epoch = epoch + 1");
      appended = open.store().append(smallFile(2));
      awaitTrue(WAITING_APPENDS + " = 1");
      run(
          "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
              + " WHERE application_name = 'plasmafs append' AND datname = current_database()");
      blocker.commit();
    }
    assertThat(kindOf(appended)).isEqualTo(StoreException.Kind.FENCED);
    assertThat(ask("SELECT count(*) FROM commit_log")).isEqualTo(1);
    assertThat(ask("SELECT count(*) FROM small_file")).isZero();
  }

  private static CommitBatch smallFile(long sequence) {
    return Samples.batch(
        1,
        sequence,
        new Change.PutInode(Samples.file(7, sequence)),
        Samples.inline(new InodeId(7), Bytes.wrap(new byte[] {1})));
  }

  private static final String WAITING_APPENDS =
      "SELECT (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
          + " AND application_name = 'plasmafs append' AND datname = current_database())";

  private void awaitTrue(String sql) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (ask(sql.replace("SELECT (", "SELECT ((") + ")::int") != 1) {
      assertThat(System.nanoTime()).as("time for: %s", sql).isLessThan(end);
      Thread.sleep(5);
    }
  }

  /// What a coordinator must know that finds a commit of the number of its own in the log.
  @Test
  void openingTellsInWhichEpochTheLastCommitWasAppended() {
    // so little is kept that only the newest row of the log is
    StoreSettings forgetful = settings.withRetention(1, 1, 1);
    Open first = open(forgetful);
    first.commit(Samples.creations(1, 1, 1));
    first.commit(Samples.creations(1, 2, 1));
    Open second = open(forgetful);
    assertThat(second.state()).isEqualTo(new MetadataStore.State(2, 2, 1, 3));
    second.commit(Samples.creations(2, 3, 1));
    assertThat(first.store().open()).isEqualTo(new MetadataStore.State(3, 3, 2, 4));
    assertThat(open(forgetful).state()).isEqualTo(new MetadataStore.State(4, 3, 2, 4));
  }

  @Test
  void theLogAndTheTokensAreTrimmed() throws Exception {
    Open open = open(settings.withRetention(100, 1 << 20, 50));
    for (int i = 0; i < 60; i++) {
      open.commit(Samples.creations(1, 1 + i * 10L, 10));
    }
    assertThat(ask("SELECT count(*) FROM commit_log")).isBetween(10L, 12L);
    assertThat(ask("SELECT max(last_sequence) FROM commit_log")).isEqualTo(600);
    assertThat(ask("SELECT count(*) FROM commit_token")).isBetween(50L, 170L);
    open.store().close();
    assertThat(open(settings.withRetention(100, 1 << 20, 50)).state().sequence()).isEqualTo(600);
  }

  @Test
  void aRowThatTheTablesRefuseStopsTheStoreLoudly() {
    Open open = open();
    // not a number of the inodes that follow, which would take its place before it is written
    InodeRecord bad = Samples.file(1_000_000_000, 1);
    InodeRecord target =
        new InodeRecord(
            new Attributes(
                bad.id(),
                bad.type(),
                bad.mode(),
                bad.owner(),
                bad.group(),
                0,
                bad.mtime(),
                bad.ctime(),
                bad.birth(),
                1,
                -1,
                0,
                1,
                1),
            bad.content(),
            InodeId.NONE,
            Optional.empty());
    open.append(Samples.batch(1, 1, new Change.PutInode(target)));
    StoreException.Kind kind = null;
    // The tables are brought up to date behind the appends: it may take a while to be noticed.
    long patience = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    for (long sequence = 2; kind == null && System.nanoTime() < patience; sequence++) {
      CompletableFuture<Void> next = open.store().append(Samples.creations(1, sequence, 1));
      kind = next.handle((v, e) -> e).join() == null ? null : kindOf(next);
    }
    assertThat(kind).isEqualTo(StoreException.Kind.BROKEN);
  }

  @Test
  void aClosedStoreAnswersNothing() {
    Open open = open();
    open.store().close();
    assertThat(kindOf(open.store().fetch(new Fetch.OfInode(InodeId.ROOT))))
        .isEqualTo(StoreException.Kind.UNAVAILABLE);
    assertThat(kindOf(open.store().append(Samples.creations(1, 1, 1))))
        .isEqualTo(StoreException.Kind.UNAVAILABLE);
    assertThat(kindOf(open.store().reserve(MetadataStore.Counter.INODE, 1)))
        .isEqualTo(StoreException.Kind.UNAVAILABLE);
  }
}
