package io.plasmafs.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.testkit.TestCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.NIOFSDirectory;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Programs that know nothing of clusters, on files of one.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProgramsTest {
  private final TestCluster cluster = TestCluster.options().start();
  private final PlasmaClient client = cluster.connect();
  private final FileSystem files = client.fileSystem();

  @AfterAll
  void stop() throws IOException {
    files.close();
    client.close();
    cluster.close();
  }

  @Test
  void zipFileSystemLivesInTheCluster() throws IOException {
    Path zip = files.getPath("/archive.zip");
    byte[] large = new byte[300_000];
    new Random(1).nextBytes(large);
    try (FileSystem archive = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Object unused = Files.writeString(archive.getPath("/hello.txt"), "hello");
      unused = Files.createDirectories(archive.getPath("/a/b"));
      unused = Files.write(archive.getPath("/a/b/large"), large);
    }
    try (FileSystem archive = FileSystems.newFileSystem(zip)) {
      assertThat(archive.getPath("/hello.txt")).hasContent("hello");
      Files.delete(archive.getPath("/hello.txt"));
      Object unused = Files.writeString(archive.getPath("/a/new.txt"), "new");
    }
    try (FileSystem archive = FileSystems.newFileSystem(zip)) {
      assertThat(archive.getPath("/hello.txt")).doesNotExist();
      assertThat(archive.getPath("/a/new.txt")).hasContent("new");
      assertThat(archive.getPath("/a/b/large")).hasBinaryContent(large);
    }
  }

  @Test
  void luceneIndexesAndSearches() throws IOException {
    Path directory = files.getPath("/index");
    try (FSDirectory index = new NIOFSDirectory(directory)) {
      try (IndexWriter writer = new IndexWriter(index, new IndexWriterConfig())) {
        for (int i = 0; i < 2000; i++) {
          Document document = new Document();
          document.add(new StringField("number", "n" + i, Field.Store.YES));
          document.add(new StringField("parity", i % 2 == 0 ? "even" : "odd", Field.Store.NO));
          long unused = writer.addDocument(document);
          if (i == 1000) {
            unused = writer.commit();
          }
        }
        // The lock is the cluster's: another client must not write at the same time.
        try (PlasmaClient other = cluster.connect();
            FileSystem theirs = other.fileSystem();
            FSDirectory same = new NIOFSDirectory(theirs.getPath("/index"))) {
          Assertions.assertThatThrownBy(() -> new IndexWriter(same, new IndexWriterConfig()))
              .isInstanceOf(LockObtainFailedException.class);
        }
        long unused = writer.deleteDocuments(new Term("number", "n10"));
        writer.forceMerge(1);
      }
    }
    try (PlasmaClient other = cluster.connect();
        FileSystem theirs = other.fileSystem();
        FSDirectory index = new NIOFSDirectory(theirs.getPath("/index"));
        DirectoryReader reader = DirectoryReader.open(index)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      assertThat(searcher.count(new TermQuery(new Term("parity", "odd")))).isEqualTo(1000);
      assertThat(searcher.count(new TermQuery(new Term("parity", "even")))).isEqualTo(999);
      assertThat(searcher.count(new TermQuery(new Term("number", "n1234")))).isEqualTo(1);
      assertThat(searcher.count(new TermQuery(new Term("number", "n10")))).isZero();
    }
  }

  /// Pages read, changed and forced in random order, as SQLite does; the file as others see it is
  /// always that of the last force.
  @Test
  void pagesAreReadAndWrittenInRandomOrder() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    int page = 4096;
    int pages = 300;
    Path file = files.getPath("/pages");
    byte[] model = new byte[0];
    byte[] forced = new byte[0];
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (int step = 0; step < 1500; step++) {
        int at = random.nextInt(pages) * page;
        switch (random.nextInt(10)) {
          case 0, 1, 2, 3, 4 -> {
            ByteBuffer target = ByteBuffer.allocate(page);
            int count = channel.read(target, at);
            int expected = at >= model.length ? -1 : Math.min(page, model.length - at);
            assertThat(count).as("at %s, step %s", at, step).isEqualTo(expected);
            if (count > 0) {
              assertThat(Arrays.copyOf(target.array(), count))
                  .as("at %s, step %s", at, step)
                  .isEqualTo(Arrays.copyOfRange(model, at, at + count));
            }
          }
          case 5, 6, 7, 8 -> {
            byte[] bytes = new byte[page];
            random.nextBytes(bytes);
            int unused = channel.write(ByteBuffer.wrap(bytes), at);
            model = Arrays.copyOf(model, Math.max(model.length, at + page));
            System.arraycopy(bytes, 0, model, at, page);
          }
          default -> {
            if (random.nextInt(5) == 0) {
              int size = random.nextInt(Math.max(1, model.length));
              Object unused = channel.truncate(size);
              model = Arrays.copyOf(model, size);
            }
            if (random.nextBoolean()) {
              channel.force(true);
              forced = model.clone();
            } else {
              assertThat(Files.readAllBytes(file)).as("step %s", step).isEqualTo(forced);
            }
          }
        }
        assertThat(channel.size()).isEqualTo(model.length);
      }
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(model);
  }

  @Test
  void propertiesAndTextGoThroughStreams() throws IOException {
    Path file = files.getPath("/text");
    try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      for (int i = 0; i < 10_000; i++) {
        writer.write("line " + i + "\n");
      }
      // Nothing of it is seen before all of it.
      assertThat(Files.exists(file)).isFalse();
    }
    try (var lines = Files.lines(file)) {
      assertThat(lines).hasSize(10_000).endsWith("line 9999");
    }
  }
}
