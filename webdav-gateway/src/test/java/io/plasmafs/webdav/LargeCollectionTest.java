package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.NewFile;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.testkit.TestSize;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Test;

/// Collections of many members are told as they are read: no part of the door ever holds all of
/// them. `-Dplasma.test.members` says how many there are, if not as many as [TestSize] has it.
class LargeCollectionTest {
  private static final int MEMBERS = TestSize.of("plasma.test.members", 10_000, 100_000);
  private static final int AT_A_TIME = 500;

  @Test
  void propfindAndThePageForPeopleTellAllMembers() throws Exception {
    try (Doors doors = Doors.open()) {
      FsPath directory = FsPath.of("/large");
      doors.client().mkdir(directory, 0755);
      for (int from = 0; from < MEMBERS; from += AT_A_TIME) {
        int first = from;
        List<NewFile> files =
            IntStream.range(first, first + AT_A_TIME)
                .mapToObj(i -> file(directory.resolve(Name.of("member-" + i))))
                .toList();
        doors.client().transact(transaction -> transaction.writeAll(files));
      }

      try (InputStream answer = send(doors, "PROPFIND")) {
        assertThat(hrefs(answer)).isEqualTo(MEMBERS + 1);
      }
      try (InputStream page = send(doors, "GET")) {
        String text = new String(page.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text.split("<tr><td>")).hasSize(MEMBERS + 1);
      }
    }
  }

  private static NewFile file(FsPath path) {
    return new NewFile(
        Location.of(path),
        WriteOptions.CREATE_NEW,
        AttributeChanges.NONE,
        ByteBuffer.wrap(new byte[] {1}));
  }

  private static InputStream send(Doors doors, String method)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(doors.url() + "/large"))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Depth", "1")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream())
        .body();
  }

  private static int hrefs(InputStream answer) throws Exception {
    XMLStreamReader reader = XMLInputFactory.newDefaultFactory().createXMLStreamReader(answer);
    int hrefs = 0;
    while (reader.hasNext()) {
      if (reader.next() == XMLStreamConstants.START_ELEMENT
          && reader.getLocalName().equals("href")) {
        hrefs++;
      }
    }
    return hrefs;
  }
}
