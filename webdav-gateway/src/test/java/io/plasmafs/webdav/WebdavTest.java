package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.Dav.Reply;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The door beyond what litmus looks at: data must not be lost, conditions hold inside the commit,
/// answers are what clients rely on.
class WebdavTest {
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

  /// Each test has a collection of its own.
  @BeforeEach
  void begin(TestInfo test) {
    dav = doors.dav();
    here = "/" + test.getTestMethod().orElseThrow().getName() + "-" + System.nanoTime();
    assertThat(dav.mkcol(here).status()).isEqualTo(201);
  }

  // ---- PUT, GET, DELETE ----

  @Test
  void putStoresAndGetReturns() {
    Reply put = dav.put(here + "/a.txt", "hello");
    Reply get = dav.get(here + "/a.txt");

    assertThat(put.status()).isEqualTo(201);
    assertThat(get.text()).isEqualTo("hello");
    assertThat(get.header("ETag")).isEqualTo(put.header("ETag"));
    assertThat(get.header("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(dav.put(here + "/a.txt", "").status()).isEqualTo(204);
    assertThat(dav.get(here + "/a.txt").text()).isEmpty();
  }

  @Test
  void bodyOfAFormIsContentLikeAnyOther() {
    dav.put(here + "/f", "a=b&c=d", "Content-Type", "application/x-www-form-urlencoded");

    assertThat(dav.get(here + "/f").text()).isEqualTo("a=b&c=d");
  }

  @Test
  void largeFileIsStreamedBothWays() {
    byte[] content = new byte[5_000_001];
    new java.util.Random(1).nextBytes(content);

    assertThat(dav.send("PUT", here + "/big", content).status()).isEqualTo(201);
    assertThat(dav.get(here + "/big").response().body()).isEqualTo(content);
  }

  @Test
  void putBelowAMissingCollectionMakesNothing() {
    assertThat(dav.put(here + "/no/such/file", "x").status()).isEqualTo(409);
    assertThat(dav.propfind(here + "/no", 0, "resourcetype").status()).isEqualTo(404);
  }

  @Test
  void putOnACollectionIsRefused() {
    assertThat(dav.put(here, "x").status()).isEqualTo(405);
    assertThat(dav.put(here + "/new/", "x").status()).isEqualTo(405);
  }

  @ParameterizedTest
  @CsvSource({
    "SHA1:f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0,201",
    "SHA1:00,400",
    "md5:8b1a9953c4611296a827abf8c47804d7,201",
    "ADLER32:058c01f5,201",
    "ADLER32:0,400",
    "CRC99:1,201"
  })
  void checksumIsVerified(String checksum, int status) {
    assertThat(dav.put(here + "/f", "Hello", "OC-Checksum", checksum).status()).isEqualTo(status);
    assertThat(dav.get(here + "/f").status()).isEqualTo(status == 201 ? 200 : 404);
  }

  @Test
  void modificationTimeIsKept() {
    Reply put = dav.put(here + "/f", "x", "X-OC-Mtime", "1000000000");

    assertThat(put.header("X-OC-MTime")).hasValue("accepted");
    assertThat(doors.client().stat(here + "/f").mtime())
        .isEqualTo(Instant.ofEpochSecond(1_000_000_000));
  }

  @Test
  void largeUploadWithAWrongChecksumLeavesTheOldFile() {
    dav.put(here + "/f", "old");

    assertThat(dav.put(here + "/f", "x".repeat(300_000), "OC-Checksum", "MD5:0").status())
        .isEqualTo(400);
    assertThat(dav.get(here + "/f").text()).isEqualTo("old");
  }

  @ParameterizedTest
  @CsvSource({"bytes=0-0,a", "bytes=-3,hij", "bytes=8-100,ij", "bytes=9-,j"})
  void rangesAreThoseOfTheHttpApi(String range, String expected) {
    dav.put(here + "/f", "abcdefghij");

    Reply part = dav.get(here + "/f", "Range", range);

    assertThat(part.status()).isEqualTo(206);
    assertThat(part.text()).isEqualTo(expected);
  }

  @Test
  void largePutHonoursConditions() {
    String large = "x".repeat(300_000);
    assertThat(dav.put(here + "/f", large, "If-None-Match", "*").status()).isEqualTo(201);
    assertThat(dav.put(here + "/f", large, "If-None-Match", "*").status()).isEqualTo(412);
    String tag = dav.get(here + "/f").header("ETag").orElseThrow();
    assertThat(dav.put(here + "/f", large, "If-Match", tag).status()).isEqualTo(204);
    assertThat(dav.put(here + "/f", large, "If-Match", tag).status()).isEqualTo(412);
    String next = dav.get(here + "/f").header("ETag").orElseThrow();
    assertThat(dav.put(here + "/f", large, "If", "([" + next + "])").status()).isEqualTo(204);
  }

  @Test
  void deleteHonoursIfMatch() {
    dav.put(here + "/f", "x");

    assertThat(dav.delete(here + "/f", "If-Match", "\"1-1\"").status()).isEqualTo(412);
    assertThat(dav.get(here + "/f").status()).isEqualTo(200);
    String tag = dav.get(here + "/f").header("ETag").orElseThrow();
    assertThat(dav.delete(here + "/f", "If-Match", tag).status()).isEqualTo(204);
    assertThat(dav.delete(here + "/f").status()).isEqualTo(404);
  }

  @Test
  void deleteOfACollectionNeedsItsDepth() {
    dav.mkcol(here + "/c");

    assertThat(dav.delete(here + "/c", "Depth", "0").status()).isEqualTo(400);
    assertThat(dav.delete(here + "/c").status()).isEqualTo(204);
  }

  // ---- parts ----

  @ParameterizedTest
  @CsvSource({
    "bytes=2-3,abXYefghij",
    "append,abcdefghijXY",
    "bytes=-2,abcdefghXY",
    "bytes=9-,abcdefghiXY",
    "bytes=10-,abcdefghijXY"
  })
  void patchWritesAPart(String range, String expected) {
    dav.put(here + "/f", "abcdefghij");

    Reply patch = patch(range, "XY");

    assertThat(patch.status()).isEqualTo(204);
    assertThat(dav.get(here + "/f").text()).isEqualTo(expected);
    assertThat(dav.get(here + "/f").header("ETag")).isEqualTo(patch.header("ETag"));
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=2-4,400",
    "bytes=11-,416",
    "bytes=-11,416",
    "bytes=3-2,416",
    "bytes=,400",
    "items=1-2,400"
  })
  void partThatDoesNotFitIsRefused(String range, int status) {
    dav.put(here + "/f", "abcdefghij");

    assertThat(patch(range, "XY").status()).isEqualTo(status);
    assertThat(dav.get(here + "/f").text()).isEqualTo("abcdefghij");
  }

  private Reply patch(String range, String body) {
    return dav.send(
        "PATCH",
        here + "/f",
        body,
        "X-Update-Range",
        range,
        "Content-Type",
        "application/x-sabredav-partialupdate");
  }

  @Test
  void contentRangeIsNotTakenForTheWhole() {
    dav.put(here + "/f", "abcdefghij");

    assertThat(dav.put(here + "/f", "XY", "Content-Range", "bytes 2-3/10").status()).isEqualTo(400);
    assertThat(dav.get(here + "/f").text()).isEqualTo("abcdefghij");
  }

  // ---- COPY, MOVE ----

  @Test
  void copyTakesTheTreeAndItsProperties() {
    dav.mkcol(here + "/a");
    dav.mkcol(here + "/a/b");
    dav.put(here + "/a/b/f", "x");
    dav.proppatch(here + "/a/b/f", "<D:set><D:prop><t:p>v</t:p></D:prop></D:set>");

    assertThat(dav.transfer("COPY", here + "/a", here + "/c").status()).isEqualTo(201);
    assertThat(dav.get(here + "/c/b/f").text()).isEqualTo("x");
    assertThat(property(here + "/c/b/f")).isEqualTo("v");
    assertThat(dav.transfer("COPY", here + "/a", here + "/d", "Depth", "0").status())
        .isEqualTo(201);
    assertThat(dav.propfind(here + "/d", 1, "resourcetype").hrefs()).hasSize(1);
  }

  @Test
  void withoutOverwriteHeaderTheTargetIsReplaced() {
    dav.put(here + "/a", "a");
    dav.put(here + "/b", "b");

    assertThat(dav.transfer("MOVE", here + "/a", here + "/b", "Overwrite", "F").status())
        .isEqualTo(412);
    assertThat(dav.transfer("MOVE", here + "/a", here + "/b").status()).isEqualTo(204);
    assertThat(dav.get(here + "/b").text()).isEqualTo("a");
    assertThat(dav.get(here + "/a").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"COPY", "MOVE"})
  void ontoItselfOrIntoItselfNothingIsLost(String method) {
    dav.mkcol(here + "/a");
    dav.put(here + "/a/f", "x");

    assertThat(dav.transfer(method, here + "/a", here + "/a").status()).isEqualTo(403);
    assertThat(dav.transfer(method, here + "/a", here + "/a/b").status()).isEqualTo(403);
    assertThat(dav.transfer(method, here + "/a/f", here + "/a").status()).isEqualTo(403);
    assertThat(dav.transfer(method, here + "/a", here + "/no/such").status()).isEqualTo(409);
    assertThat(
            dav.send(method, here + "/a", "", "Destination", "http://elsewhere.example/dav/x")
                .status())
        .isEqualTo(502);
    assertThat(dav.send(method, here + "/a", "").status()).isEqualTo(400);
    assertThat(dav.get(here + "/a/f").text()).isEqualTo("x");
  }

  // ---- properties ----

  private String property(String path) {
    return dav.send(
            "PROPFIND",
            path,
            "<propfind xmlns='DAV:'><prop><p xmlns='urn:t'/></prop></propfind>",
            "Depth",
            "0")
        .property(new XmlName("urn:t", "p"))
        .map(XmlElement::text)
        .orElse("");
  }

  @Test
  void proppatchIsAllOrNothingAndInOrder() {
    dav.put(here + "/f", "x");

    Reply refused =
        dav.proppatch(
            here + "/f", "<D:set><D:prop><t:p>v</t:p><D:getetag>x</D:getetag></D:prop></D:set>");
    assertThat(refused.properties(403))
        .extracting(XmlElement::name)
        .containsExactly(XmlName.dav("getetag"));
    assertThat(refused.properties(424))
        .extracting(XmlElement::name)
        .containsExactly(new XmlName("urn:t", "p"));
    assertThat(property(here + "/f")).isEmpty();

    dav.proppatch(
        here + "/f",
        "<D:set><D:prop><t:p>v</t:p></D:prop></D:set><D:remove><D:prop><t:p/></D:prop></D:remove>"
            + "<D:set><D:prop><t:p>w</t:p></D:prop></D:set>");
    assertThat(property(here + "/f")).isEqualTo("w");
    dav.proppatch(here + "/f", "<D:remove><D:prop><t:p/><t:q/></D:prop></D:remove>");
    assertThat(property(here + "/f")).isEmpty();
  }

  @Test
  void windowsTimesReachTheFile() {
    dav.put(here + "/f", "x");

    Reply reply =
        dav.proppatch(
            here + "/f",
            "<D:set><D:prop><w:Win32LastModifiedTime xmlns:w='urn:schemas-microsoft-com:'>"
                + "Sat, 21 Nov 2020 12:00:00 GMT</w:Win32LastModifiedTime></D:prop></D:set>");

    assertThat(reply.status()).isEqualTo(207);
    assertThat(doors.client().stat(here + "/f").mtime())
        .isEqualTo(Instant.parse("2020-11-21T12:00:00Z"));
  }

  @Test
  void hostilePropertyCannotBreakTheAnswer() {
    dav.put(here + "/f", "x");
    String hostile = "urn:&quot;>&lt;/D:prop>&lt;evil xmlns='";
    dav.proppatch(
        here + "/f",
        "<D:set><D:prop><x:p xmlns:x=\"" + hostile + "\">]]&gt;</x:p></D:prop></D:set>");

    Reply all = dav.send("PROPFIND", here + "/f", "", "Depth", "0");

    assertThat(all.property(new XmlName("urn:\"></D:prop><evil xmlns='", "p")).orElseThrow().text())
        .isEqualTo("]]>");
  }

  @Test
  void infiniteDepthIsRefusedWithItsCondition() {
    Reply reply = dav.send("PROPFIND", here, "", "Depth", "infinity");

    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.xml().child(XmlName.dav("propfind-finite-depth"))).isPresent();
  }

  @Test
  void quotaIsToldToWhoAsksByName() {
    Reply asked = dav.propfind(here, 0, "quota-available-bytes", "quota-used-bytes");

    assertThat(
            Long.parseLong(
                asked.property(XmlName.dav("quota-available-bytes")).orElseThrow().text()))
        .isPositive();
    assertThat(
            dav.send("PROPFIND", here, "", "Depth", "0").property(XmlName.dav("quota-used-bytes")))
        .isEmpty();
  }

  @Test
  void namesOfAllKindsComeBackAsTheyWere() {
    for (String encoded :
        List.of(
            "%25", "a%20b", "%23", "%3F", "+", "%5C", "%C3%A4", "a%CC%88", "%FF", "%0A", "%7B")) {
      assertThat(dav.put(here + "/" + encoded, encoded).status()).as(encoded).isEqualTo(201);
      assertThat(dav.get(here + "/" + encoded).text()).as(encoded).isEqualTo(encoded);
      assertThat(dav.propfind(here + "/" + encoded, 0, "getetag").hrefs())
          .as(encoded)
          .allMatch(href -> dav(href));
    }
    assertThat(dav.propfind(here, 1, "displayname").hrefs()).hasSize(12);
  }

  /// Whether an href of an answer leads back to something.
  private boolean dav(String href) {
    return dav.get(href.substring("/dav".length())).status() == 200;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%2E%2E/x", "/a%2Fb", "/a%00b"})
  void pathsThatMeanTwoPlacesAreRefused(String path) {
    assertThat(dav.put(here + path, "x").status()).isEqualTo(400);
  }

  // ---- locks ----

  @Test
  void lockKeepsOthersOutUntilItIsGivenUp() {
    dav.put(here + "/f", "x");
    Reply lock = dav.lock(here + "/f", "exclusive", "Timeout", "Second-100");
    String token = lock.lockToken();

    assertThat(lock.status()).isEqualTo(200);
    Reply refused = dav.put(here + "/f", "y");
    assertThat(refused.status()).isEqualTo(423);
    assertThat(refused.xml().child(XmlName.dav("lock-token-submitted"))).isPresent();
    assertThat(dav.delete(here + "/f").status()).isEqualTo(423);
    assertThat(dav.delete(here).status()).isEqualTo(423);
    assertThat(dav.transfer("MOVE", here + "/f", here + "/g").status()).isEqualTo(423);
    assertThat(dav.proppatch(here + "/f", "<D:set><D:prop><t:p>v</t:p></D:prop></D:set>").status())
        .isEqualTo(423);
    assertThat(dav.get(here + "/f").text()).isEqualTo("x");
    assertThat(dav.put(here + "/f", "y", "If", "(<" + token + ">)").status()).isEqualTo(204);
    assertThat(dav.put(here + "/f", "z", "If", "(<urn:uuid:other>)").status()).isEqualTo(412);
    assertThat(dav.put(here + "/f", "z", "If", "(<urn:uuid:other>) (Not <DAV:no-lock>)").status())
        .isEqualTo(423);
    assertThat(dav.unlock(here + "/f", "urn:uuid:other").status()).isEqualTo(409);
    assertThat(dav.unlock(here + "/f", token).status()).isEqualTo(204);
    assertThat(dav.put(here + "/f", "z").status()).isEqualTo(204);
  }

  @Test
  void lockOfACollectionIsOnAllBelowIt() {
    dav.mkcol(here + "/c");
    String token = dav.lock(here + "/c", "exclusive").lockToken();

    assertThat(dav.put(here + "/c/f", "x").status()).isEqualTo(423);
    assertThat(
            dav.put(here + "/c/f", "x", "If", "<" + doors.url() + here + "/c> (<" + token + ">)")
                .status())
        .isEqualTo(201);
    assertThat(dav.lock(here + "/c/f", "exclusive").status()).isEqualTo(423);
    assertThat(dav.lock(here, "shared").status()).isEqualTo(423);
  }

  @Test
  void lockOfWhatDoesNotExistMakesAnEmptyFile() {
    Reply lock = dav.lock(here + "/new", "exclusive", "Depth", "0");

    assertThat(lock.status()).isEqualTo(201);
    assertThat(dav.get(here + "/new").text()).isEmpty();
    assertThat(dav.lock(here + "/no/such", "exclusive", "Depth", "0").status()).isEqualTo(409);
  }

  @Test
  void lockEndsByItself() {
    dav.put(here + "/f", "x");
    dav.lock(here + "/f", "exclusive", "Timeout", "Second-5");

    doors.clock().advance(Duration.ofSeconds(6));

    assertThat(dav.put(here + "/f", "y").status()).isEqualTo(204);
  }

  @Test
  void lockOfOneGatewayHoldsAtAnother() throws Exception {
    dav.put(here + "/f", "x");
    String token = dav.lock(here + "/f", "exclusive").lockToken();
    try (Doors other = doors.another()) {
      assertThat(other.dav().put(here + "/f", "y").status()).isEqualTo(423);
      assertThat(other.dav().unlock(here + "/f", token).status()).isEqualTo(204);
    }
    assertThat(dav.put(here + "/f", "y").status()).isEqualTo(204);
  }

  @Test
  void locksThatRanOutAreSweptAway() {
    for (int i = 0; i < 110; i++) {
      dav.lock(here + "/f" + i, "exclusive", "Depth", "0", "Timeout", "Second-5");
    }
    doors.clock().advance(Duration.ofMinutes(2));

    assertThat(dav.lock(here + "/last", "exclusive", "Depth", "0").status()).isEqualTo(201);

    assertThat(doors.client().stat("/.plasma/locks").size()).isLessThan(50);
  }

  @Test
  void locksAreNotShownAsFiles() {
    dav.lock(here, "exclusive");

    assertThat(dav.propfind("/", 1, "resourcetype").hrefs())
        .noneMatch(href -> href.contains(".plasma"));
    assertThat(dav.get("/.plasma/").status()).isEqualTo(404);
    assertThat(doors.client().find(FsPath.of("/.plasma"))).isPresent();
  }

  // ---- hostile ----

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"Depth|7", "Depth|-1", "If|(", "If|<a>", "Timeout|rubbish", "Overwrite|maybe"})
  void brokenHeadersAreRefusedOrIgnored(String name, String value) {
    dav.put(here + "/f", "x");

    assertThat(dav.transfer("COPY", here + "/f", here + "/g", name, value).status()).isIn(201, 400);
    assertThat(dav.send("PROPFIND", here, "", name, value).status()).isIn(207, 400, 403);
  }

  @Test
  void bodiesWithDocumentTypesAreRefused() {
    String body =
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><propfind"
            + " xmlns='DAV:'>&e;</propfind>";

    assertThat(dav.send("PROPFIND", here, body, "Depth", "0").status()).isEqualTo(400);
    assertThat(dav.send("MKCOL", here + "/c", "<x/>").status()).isEqualTo(415);
  }
}
