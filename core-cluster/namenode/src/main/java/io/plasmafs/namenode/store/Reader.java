package io.plasmafs.namenode.store;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.StoreException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers questions. A few threads, each with a connection, share a queue: a thread takes all that
/// waits, and asks PostgreSQL one statement for each kind of question in it, so that the number of
/// statements does not grow with the number of questions.
///
/// Each statement sees what was committed when it began, hence all that was applied before.
final class Reader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reader.class);
  private static final int MAX_WAITING = 200_000;
  private static final int MAX_GATHERED = 4096;

  /// Questions in one statement whose answers may be large.
  private static final int MAX_LARGE = 256;

  /// Names in the answer to one statement.
  private static final int MAX_NAMES = 50_000;

  // With LATERAL and OFFSET 0 each key is looked up in the index: see Tables.LOOK_UPS.

  static final String INODES =
      "SELECT k.n, "
          + Rows.INODE
          + """
           FROM unnest(?::int8[]) WITH ORDINALITY AS k(id, n)
          CROSS JOIN LATERAL (SELECT * FROM inode WHERE id = k.id OFFSET 0) i
          """;
  static final String ENTRIES =
      """
      SELECT k.n, e.inode
      FROM unnest(?::int8[], ?::bytea[]) WITH ORDINALITY AS k(parent, name, n)
      CROSS JOIN LATERAL (
        SELECT inode FROM entry WHERE parent = k.parent AND name = k.name OFFSET 0) e
      """;
  // No run is longer than 4096 blocks, so one that reaches into the range begins after first -
  // 4096.
  static final String EXTENTS =
      "SELECT k.n, "
          + Rows.EXTENT
          + """
           FROM unnest(?::int8[], ?::int8[], ?::int8[]) WITH ORDINALITY AS k(inode, first, last, n)
          CROSS JOIN LATERAL (
            SELECT * FROM extent
            WHERE inode = k.inode AND index > k.first - 4096 AND index + count > k.first
              AND index <= coalesce((
                SELECT index FROM extent WHERE inode = k.inode AND index >= k.last
                ORDER BY index LIMIT 1), k.last) OFFSET 0) e
          ORDER BY k.n, e.index
          """;
  // What is appended and not yet applied is there as well.
  static final String CONTENTS =
      """
      SELECT k.n, s.block, s.content, s.pieces
      FROM unnest(?::int8[]) WITH ORDINALITY AS k(inode, n)
      CROSS JOIN LATERAL (
        SELECT version FROM small_file
        WHERE inode = k.inode AND version <= (SELECT sequence FROM applied WHERE one)
          AND NOT continues
        ORDER BY version DESC LIMIT 1) b
      CROSS JOIN LATERAL (
        SELECT max(block) AS block, string_agg(content, ''::bytea ORDER BY version) AS content,
          count(*) AS pieces
        FROM small_file
        WHERE inode = k.inode AND version >= b.version
          AND version <= (SELECT sequence FROM applied WHERE one)) s
      """;
  static final String XATTRS =
      """
      SELECT k.n, x.name, x.value
      FROM unnest(?::int8[]) WITH ORDINALITY AS k(inode, n)
      CROSS JOIN LATERAL (SELECT name, value FROM xattr WHERE inode = k.inode OFFSET 0) x
      """;
  static final String NAMES =
      "SELECT k.n, e.name, e.inode, "
          + Rows.INODE
          + """
           FROM unnest(?::int8[], ?::bytea[], ?::int4[]) WITH ORDINALITY AS k(parent, after, most, n)
          CROSS JOIN LATERAL (
            SELECT name, inode FROM entry
            WHERE parent = k.parent AND name > k.after ORDER BY name LIMIT k.most) e
          LEFT JOIN LATERAL (SELECT * FROM inode WHERE id = e.inode OFFSET 0) i ON true
          ORDER BY k.n, e.name
          """;
  static final String ORPHANS =
      """
      SELECT k.n, o.id
      FROM unnest(?::int8[], ?::int4[]) WITH ORDINALITY AS k(after, most, n)
      CROSS JOIN LATERAL (
        SELECT id FROM inode WHERE nlink = 0 AND id > k.after ORDER BY id LIMIT k.most) o
      ORDER BY k.n, o.id
      """;
  static final String TOKENS =
      """
      SELECT k.n, t.sequence
      FROM unnest(?::bytea[]) WITH ORDINALITY AS k(token, n)
      CROSS JOIN LATERAL (SELECT sequence FROM commit_token WHERE token = k.token OFFSET 0) t
      """;

  private final StoreSettings settings;
  private final BlockingQueue<Question<?>> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
  private final List<Thread> threads = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private volatile boolean closed;

  /// A question on its way, and the kind of statement that answers it.
  private record Question<T>(Kind kind, Object key, CompletableFuture<T> answer, long end) {
    @SuppressWarnings("unchecked")
    void complete(Object value) {
      answer.complete((T) value);
    }
  }

  private enum Kind {
    INODE(MAX_GATHERED),
    ENTRY(MAX_GATHERED),
    EXTENTS(MAX_LARGE),
    CONTENT(MAX_LARGE),
    XATTRS(MAX_LARGE),
    NAMES(MAX_LARGE),
    ORPHANS(MAX_LARGE),
    TOKEN(MAX_GATHERED);

    private final int most;

    Kind(int most) {
      this.most = most;
    }
  }

  Reader(StoreSettings settings) {
    this.settings = settings;
    for (int i = 0; i < settings.readers(); i++) {
      Link link =
          new Link(
              settings,
              "read",
              "-c default_transaction_read_only=on " + Tables.LOOK_UPS,
              settings.patience());
      links.add(link);
      Thread thread = new Thread(() -> run(link), "plasma-read-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  <T> CompletableFuture<T> ask(Fetch<T> fetch) {
    Kind kind =
        switch (fetch) {
          case Fetch.OfInode f -> Kind.INODE;
          case Fetch.OfEntry f -> Kind.ENTRY;
          case Fetch.OfExtents f -> Kind.EXTENTS;
          case Fetch.OfInline f -> Kind.CONTENT;
          case Fetch.OfXattrs f -> Kind.XATTRS;
          case Fetch.OfEntries f -> Kind.NAMES;
          case Fetch.OfOrphans f -> Kind.ORPHANS;
        };
    return enqueue(kind, fetch);
  }

  CompletableFuture<Optional<Long>> ask(CommitToken token) {
    return enqueue(Kind.TOKEN, token);
  }

  private <T> CompletableFuture<T> enqueue(Kind kind, Object key) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    long end = System.nanoTime() + settings.patience().toNanos();
    if (closed || !waiting.offer(new Question<>(kind, key, answer, end))) {
      answer.completeExceptionally(
          new StoreException(
              StoreException.Kind.UNAVAILABLE,
              closed ? "the store is closed" : MAX_WAITING + " questions wait for PostgreSQL"));
    } else if (closed) {
      failWaiting();
    }
    return answer;
  }

  private void run(Link link) {
    List<Question<?>> gathered = new ArrayList<>();
    while (!closed) {
      try {
        gathered.add(waiting.take());
      } catch (InterruptedException e) {
        continue;
      }
      waiting.drainTo(gathered, MAX_GATHERED - 1);
      for (Kind kind : Kind.values()) {
        List<Question<?>> same = gathered.stream().filter(q -> q.kind() == kind).toList();
        for (List<Question<?>> part : parts(kind, same)) {
          answer(link, kind, part);
        }
      }
      gathered.clear();
    }
    failWaiting();
  }

  private static List<List<Question<?>>> parts(Kind kind, List<Question<?>> questions) {
    List<List<Question<?>>> parts = new ArrayList<>();
    List<Question<?>> part = new ArrayList<>();
    long names = 0;
    for (Question<?> question : questions) {
      int most = question.key() instanceof Fetch.OfEntries f ? f.limit() : 0;
      if (part.size() == kind.most || (!part.isEmpty() && names + most > MAX_NAMES)) {
        parts.add(part);
        part = new ArrayList<>();
        names = 0;
      }
      part.add(question);
      names += most;
    }
    if (!part.isEmpty()) {
      parts.add(part);
    }
    return parts;
  }

  private void answer(Link link, Kind kind, List<Question<?>> questions) {
    long end = Long.MIN_VALUE;
    for (Question<?> question : questions) {
      end =
          end == Long.MIN_VALUE ? question.end() : end - question.end() < 0 ? question.end() : end;
    }
    try {
      List<Object> answers =
          link.repeat("reading", end, connection -> answers(connection, kind, questions));
      for (int i = 0; i < answers.size(); i++) {
        questions.get(i).complete(answers.get(i));
      }
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.BROKEN && questions.size() > 1) {
        // One damaged row must not fail the questions that were gathered with its own.
        questions.forEach(question -> answer(link, kind, List.of(question)));
      } else {
        questions.forEach(question -> question.answer().completeExceptionally(e));
      }
    }
  }

  /// The answers in the order of the questions.
  private static List<Object> answers(Connection connection, Kind kind, List<Question<?>> questions)
      throws SQLException {
    try {
      return read(connection, kind, questions);
    } catch (IllegalArgumentException | FsException e) {
      // The values check themselves.
      LOG.error("a row cannot be read", e);
      throw new StoreException(
          StoreException.Kind.BROKEN, "a row cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<Object> read(Connection connection, Kind kind, List<Question<?>> questions)
      throws SQLException {
    List<Object> keys = new ArrayList<>(questions.size());
    questions.forEach(question -> keys.add(question.key()));
    return switch (kind) {
      case INODE -> {
        List<Object> answers = filled(keys.size(), Optional.empty());
        Array ids = numbers(connection, keys, k -> ((Fetch.OfInode) k).inode().value());
        read(
            connection,
            INODES,
            row -> answers.set(index(row), Optional.of(Rows.inode(row, 2))),
            ids);
        yield answers;
      }
      case ENTRY -> {
        List<Object> answers = filled(keys.size(), Optional.empty());
        read(
            connection,
            ENTRIES,
            row -> answers.set(index(row), Optional.of(new InodeId(row.getLong(2)))),
            numbers(connection, keys, k -> ((Fetch.OfEntry) k).directory().value()),
            byteStrings(connection, keys, k -> ((Fetch.OfEntry) k).name().bytes()));
        yield answers;
      }
      case EXTENTS -> {
        List<List<Extent>> lists = lists(keys.size());
        read(
            connection,
            EXTENTS,
            row -> lists.get(index(row)).add(Rows.extent(row, 2)),
            numbers(connection, keys, k -> ((Fetch.OfExtents) k).inode().value()),
            numbers(connection, keys, k -> ((Fetch.OfExtents) k).first()),
            numbers(connection, keys, k -> ((Fetch.OfExtents) k).end()));
        yield immutable(lists);
      }
      case CONTENT -> {
        List<Object> answers = filled(keys.size(), InlineContent.NONE);
        read(
            connection,
            CONTENTS,
            row ->
                answers.set(
                    index(row),
                    new InlineContent(row.getLong(2), Bytes.wrap(row.getBytes(3)), row.getInt(4))),
            numbers(connection, keys, k -> ((Fetch.OfInline) k).inode().value()));
        yield answers;
      }
      case XATTRS -> {
        List<Map<XattrName, Bytes>> maps = new ArrayList<>();
        keys.forEach(key -> maps.add(new TreeMap<>()));
        read(
            connection,
            XATTRS,
            row ->
                maps.get(index(row))
                    .put(XattrName.of(row.getBytes(2)), Bytes.wrap(row.getBytes(3))),
            numbers(connection, keys, k -> ((Fetch.OfXattrs) k).inode().value()));
        yield new ArrayList<>(maps);
      }
      case NAMES -> {
        List<List<Fetch.Entry>> lists = lists(keys.size());
        read(
            connection,
            NAMES,
            row -> lists.get(index(row)).add(entry(row)),
            numbers(connection, keys, k -> ((Fetch.OfEntries) k).directory().value()),
            byteStrings(
                connection,
                keys,
                k -> ((Fetch.OfEntries) k).after().map(Name::bytes).orElse(new byte[0])),
            integers(connection, keys, k -> ((Fetch.OfEntries) k).limit()));
        yield immutable(lists);
      }
      case ORPHANS -> {
        List<List<InodeId>> lists = lists(keys.size());
        read(
            connection,
            ORPHANS,
            row -> lists.get(index(row)).add(new InodeId(row.getLong(2))),
            numbers(connection, keys, k -> ((Fetch.OfOrphans) k).after().value()),
            integers(connection, keys, k -> ((Fetch.OfOrphans) k).limit()));
        yield immutable(lists);
      }
      case TOKEN -> {
        List<Object> answers = filled(keys.size(), Optional.empty());
        read(
            connection,
            TOKENS,
            row -> answers.set(index(row), Optional.of(row.getLong(2))),
            byteStrings(connection, keys, k -> ((CommitToken) k).bytes()));
        yield answers;
      }
    };
  }

  private static Fetch.Entry entry(ResultSet row) throws SQLException {
    Name name = Name.of(row.getBytes(2));
    long target = row.getLong(3);
    row.getLong(4);
    if (row.wasNull()) {
      throw new StoreException(
          StoreException.Kind.BROKEN,
          "the entry '" + name + "' points to inode " + target + ", which does not exist");
    }
    InodeRecord inode = Rows.inode(row, 4);
    return new Fetch.Entry(name, inode);
  }

  /// What is done with each row; its first column is the number of the question, from 1.
  private interface EachRow {
    void accept(ResultSet row) throws SQLException;
  }

  private static int index(ResultSet row) throws SQLException {
    return (int) row.getLong(1) - 1;
  }

  private static void read(Connection connection, String sql, EachRow each, Array... columns)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < columns.length; i++) {
        statement.setArray(i + 1, columns[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          each.accept(rows);
        }
      }
    }
  }

  private static List<Object> filled(int size, Object value) {
    List<Object> list = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      list.add(value);
    }
    return list;
  }

  private static <T> List<List<T>> lists(int size) {
    List<List<T>> lists = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      lists.add(new ArrayList<>());
    }
    return lists;
  }

  private static <T> List<Object> immutable(List<List<T>> lists) {
    List<Object> answers = new ArrayList<>(lists.size());
    lists.forEach(list -> answers.add(List.copyOf(list)));
    return answers;
  }

  private static Array numbers(Connection connection, List<Object> keys, Function<Object, Long> f)
      throws SQLException {
    return connection.createArrayOf("int8", keys.stream().map(f).toArray(Long[]::new));
  }

  private static Array integers(
      Connection connection, List<Object> keys, Function<Object, Integer> f) throws SQLException {
    return connection.createArrayOf("int4", keys.stream().map(f).toArray(Integer[]::new));
  }

  private static Array byteStrings(
      Connection connection, List<Object> keys, Function<Object, byte[]> f) throws SQLException {
    return connection.createArrayOf("bytea", keys.stream().map(f).toArray(byte[][]::new));
  }

  private void failWaiting() {
    for (Question<?> question = waiting.poll(); question != null; question = waiting.poll()) {
      question
          .answer()
          .completeExceptionally(
              new StoreException(StoreException.Kind.UNAVAILABLE, "the store is closed"));
    }
  }

  @Override
  public void close() {
    closed = true;
    links.forEach(Link::close);
    threads.forEach(Thread::interrupt);
    failWaiting();
  }
}
