package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.webdav.Dav.Reply;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// What desktops send, request by request, with the headers that they send.
class ClientSequencesTest {
  private static Doors doors;

  private Dav dav;
  private String here;

  @BeforeAll
  static void open() throws Exception {
    doors = Doors.open();
  }

  @AfterAll
  static void close() throws Exception {
    doors.close();
  }

  @BeforeEach
  void begin(TestInfo test) {
    dav = doors.dav();
    here = "/" + test.getTestMethod().orElseThrow().getName();
    assertThat(dav.mkcol(here).status()).isEqualTo(201);
  }

  @Test
  void explorerFindsOutWhatIsServed() {
    Reply root = new Dav(doors.origin()).send("OPTIONS", "/", "");
    Reply here = dav.send("OPTIONS", "/", "", "translate", "f");

    for (Reply options : new Reply[] {root, here}) {
      assertThat(options.status()).isEqualTo(200);
      assertThat(options.header("DAV").orElseThrow()).startsWith("1, 2, 3");
      assertThat(options.header("MS-Author-Via")).hasValue("DAV");
      assertThat(options.header("Allow").orElseThrow()).contains("PROPFIND", "LOCK", "PUT");
    }
  }

  @Test
  void explorerCopiesAFileIn() {
    String file = here + "/New Document.txt".replace(" ", "%20");
    assertThat(dav.send("PROPFIND", here, "", "Depth", "0", "translate", "f").status())
        .isEqualTo(207);
    assertThat(dav.send("PROPFIND", file, "", "Depth", "0", "translate", "f").status())
        .isEqualTo(404);
    assertThat(dav.put(file, "", "translate", "f").status()).isEqualTo(201);
    Reply lock =
        dav.send(
            "LOCK",
            file,
            "<?xml version=\"1.0\" encoding=\"utf-8\" ?><D:lockinfo xmlns:D=\"DAV:\">"
                + "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>"
                + "<D:owner><D:href>PC\\ann</D:href></D:owner></D:lockinfo>",
            "translate",
            "f",
            "Timeout",
            "Second-3600");
    assertThat(lock.status()).isEqualTo(200);
    String held = "(<" + lock.lockToken() + ">)";
    assertThat(times(file, "Sat, 21 Nov 2020 12:00:00 GMT", held).status()).isEqualTo(207);
    assertThat(dav.send("HEAD", file, "", "translate", "f").status()).isEqualTo(200);
    assertThat(dav.put(file, "content", "If", held, "translate", "f").status()).isEqualTo(204);
    assertThat(times(file, "Sat, 21 Nov 2020 13:00:00 GMT", held).status()).isEqualTo(207);
    assertThat(dav.unlock(file, lock.lockToken()).status()).isEqualTo(204);

    Reply listing = dav.send("PROPFIND", file, "", "Depth", "0", "translate", "f");

    assertThat(text(listing, XmlName.dav("getcontentlength"))).isEqualTo("7");
    assertThat(text(listing, XmlName.dav("getlastmodified")))
        .isEqualTo("Sat, 21 Nov 2020 13:00:00 GMT");
    assertThat(text(listing, new XmlName("urn:schemas-microsoft-com:", "Win32FileAttributes")))
        .isEqualTo("00000020");
  }

  private Reply times(String file, String time, String held) {
    return dav.send(
        "PROPPATCH",
        file,
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?><D:propertyupdate xmlns:D=\"DAV:\""
            + " xmlns:Z=\"urn:schemas-microsoft-com:\"><D:set><D:prop>"
            + "<Z:Win32CreationTime>"
            + time
            + "</Z:Win32CreationTime><Z:Win32LastAccessTime>"
            + time
            + "</Z:Win32LastAccessTime><Z:Win32LastModifiedTime>"
            + time
            + "</Z:Win32LastModifiedTime><Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>"
            + "</D:prop></D:set></D:propertyupdate>",
        "If",
        held,
        "translate",
        "f");
  }

  private static String text(Reply reply, XmlName name) {
    return reply.property(name).map(XmlElement::text).orElse("");
  }

  @Test
  void explorerRenamesWithoutOverwriting() {
    dav.put(here + "/a.txt", "a");
    dav.put(here + "/b.txt", "b");

    assertThat(dav.transfer("MOVE", here + "/a.txt", here + "/b.txt", "Overwrite", "F").status())
        .isEqualTo(412);
    assertThat(dav.transfer("MOVE", here + "/a.txt", here + "/c.txt", "Overwrite", "F").status())
        .isEqualTo(201);
    assertThat(dav.get(here + "/c.txt").text()).isEqualTo("a");
  }

  @Test
  void finderCopiesAFileIn() {
    String file = here + "/photo.jpg";
    Reply space = dav.propfind(here, 0, "quota-available-bytes", "quota-used-bytes", "quota");
    assertThat(text(space, XmlName.dav("quota-available-bytes"))).isNotEmpty();
    assertThat(dav.propfind(file, 0, "getlastmodified").status()).isEqualTo(404);
    assertThat(dav.put(file, "").status()).isEqualTo(201);
    String token = dav.lock(file, "exclusive", "Depth", "0", "Timeout", "Second-600").lockToken();
    String held = "(<" + token + ">)";
    assertThat(dav.put(here + "/._photo.jpg", "resource").status()).isEqualTo(201);

    Reply put =
        dav.sendChunked(
            "PUT", file, "x".repeat(700_000), "X-Expected-Entity-Length", "700000", "If", held);

    assertThat(put.status()).isEqualTo(204);
    assertThat(dav.send("LOCK", file, "", "If", held, "Timeout", "Second-600").status())
        .isEqualTo(200);
    assertThat(dav.unlock(file, token).status()).isEqualTo(204);
    assertThat(dav.put(here + "/.DS_Store", "view").status()).isEqualTo(201);
    assertThat(dav.get(file).text()).hasSize(700_000);
    assertThat(dav.propfind(here, 1, "getcontentlength").hrefs()).hasSize(4);
  }

  @Test
  void finderUploadThatBreaksOffLeavesTheOldFile() {
    String file = here + "/photo.jpg";
    dav.put(file, "old");

    Reply small = dav.sendChunked("PUT", file, "new", "X-Expected-Entity-Length", "5");
    Reply large =
        dav.sendChunked("PUT", file, "x".repeat(600_000), "X-Expected-Entity-Length", "700000");

    assertThat(small.status()).isEqualTo(400);
    assertThat(large.status()).isEqualTo(400);
    assertThat(dav.get(file).text()).isEqualTo("old");
  }

  @Test
  void officeSavesADocument() {
    String document = here + "/Report.docx";
    dav.put(document, "version 1");
    assertThat(dav.send("HEAD", document, "").header("ETag")).isPresent();
    String token = dav.lock(document, "exclusive", "Timeout", "Second-3600").lockToken();
    String held = "(<" + token + ">)";
    assertThat(dav.put(here + "/~$Report.docx", "Ann").status()).isEqualTo(201);
    assertThat(dav.get(document).text()).isEqualTo("version 1");
    assertThat(dav.send("LOCK", document, "", "If", held).status()).isEqualTo(200);

    // Another one opens it meanwhile, and is told who has it.
    assertThat(dav.lock(document, "exclusive").status()).isEqualTo(423);
    assertThat(dav.propfind(document, 0, "lockdiscovery").text()).contains("Ann");

    String etag = dav.send("HEAD", document, "").header("ETag").orElseThrow();
    String condition = "(<" + token + "> [" + etag + "])";
    assertThat(dav.put(document, "version 2", "If", condition).status()).isEqualTo(204);
    assertThat(dav.put(document, "version 3", "If", condition).status()).isEqualTo(412);
    assertThat(dav.unlock(document, token).status()).isEqualTo(204);
    assertThat(dav.delete(here + "/~$Report.docx").status()).isEqualTo(204);
    assertThat(dav.get(document).text()).isEqualTo("version 2");
  }

  @Test
  void officeSavesThroughATemporaryFile() {
    String document = here + "/Report.docx";
    dav.put(document, "version 1");

    assertThat(dav.put(here + "/~WRD0000.tmp", "version 2").status()).isEqualTo(201);
    assertThat(dav.transfer("MOVE", document, here + "/~WRL0001.tmp", "Overwrite", "F").status())
        .isEqualTo(201);
    assertThat(dav.transfer("MOVE", here + "/~WRD0000.tmp", document, "Overwrite", "F").status())
        .isEqualTo(201);
    assertThat(dav.delete(here + "/~WRL0001.tmp").status()).isEqualTo(204);

    assertThat(dav.get(document).text()).isEqualTo("version 2");
  }
}
