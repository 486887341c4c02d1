package io.plasmafs.http.semantics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class SemanticsTest {

  @Test
  void datesAreReadInAllThreeForms() {
    Instant time = Instant.parse("1994-11-06T08:49:37Z");
    assertThat(HttpDate.format(time)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    assertThat(HttpDate.parse("Sun, 06 Nov 1994 08:49:37 GMT")).contains(time);
    assertThat(HttpDate.parse("Sunday, 06-Nov-94 08:49:37 GMT")).contains(time);
    assertThat(HttpDate.parse("Sun Nov  6 08:49:37 1994")).contains(time);
    assertThat(HttpDate.parse("yesterday")).isEmpty();
  }

  @Test
  void entityTagsMayHaveCommasInside() {
    EntityTagList list = EntityTagList.parse("If-Match", " \"a,b\" , W/\"c\",,\"\"");
    assertThat(list.tags())
        .containsExactly(
            new EntityTag("a,b", false), new EntityTag("c", true), new EntityTag("", false));
    for (String wrong : List.of("", "a", "\"a", "\"a\" \"b\"", "w/\"a\"", "*, \"a\"")) {
      assertThatThrownBy(() -> EntityTagList.parse("If-Match", wrong))
          .as(wrong)
          .isInstanceOf(MalformedHeader.class);
    }
  }

  @Test
  void hugeNumbersInRangesAreBeyondTheEnd() {
    String million = "9".repeat(1_000_000);
    assertThat(ByteRanges.parse("bytes=0-" + million).orElseThrow().of(10))
        .isEqualTo(new ByteRanges.Selection.Parts(List.of(new ByteRange(0, 10))));
    assertThat(ByteRanges.parse("bytes=" + million + "-").orElseThrow().of(10))
        .isInstanceOf(ByteRanges.Selection.Unsatisfiable.class);
    assertThat(ByteRanges.parse("bytes=-" + million).orElseThrow().of(10))
        .isEqualTo(new ByteRanges.Selection.Parts(List.of(new ByteRange(0, 10))));
    assertThat(ByteRanges.parse("bytes=-0").orElseThrow().of(10))
        .isInstanceOf(ByteRanges.Selection.Unsatisfiable.class);
    assertThat(ByteRanges.parse("bytes=" + "0-0,".repeat(1000)).orElseThrow().of(10))
        .isInstanceOf(ByteRanges.Selection.Unsatisfiable.class);
  }

  @Test
  void everyNameSurvivesItsUrl() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(20)];
      for (int b = 0; b < bytes.length; b++) {
        do {
          bytes[b] = (byte) random.nextInt(256);
        } while (bytes[b] == 0 || bytes[b] == '/' || bytes[b] == '.');
      }
      FsPath path = FsPath.of(Name.of(bytes));
      assertThat(PathText.parse(PathText.format(path))).as("seed %d", seed).isEqualTo(path);
    }
  }

  /// The table that users read and the switch that answers go by are one.
  @Test
  void statusesAreThoseOfTheTable() throws Exception {
    Map<String, String> table = new HashMap<>();
    Pattern row = Pattern.compile("\\| (E[A-Z]+) \\| \\d+ \\| [^|]+ \\| ([^|]+) \\|.*");
    for (String line : Files.readAllLines(Path.of("../docs/status.md"))) {
      Matcher matcher = row.matcher(line);
      if (matcher.matches()) {
        table.put(matcher.group(1), matcher.group(2).strip());
      }
    }
    for (FsStatus status : FsStatus.values()) {
      if (status != FsStatus.OK) {
        assertThat(table.get(status.name()))
            .as(status.name())
            .startsWith(Integer.toString(HttpStatusOf.failure(status)));
      }
    }
  }
}
