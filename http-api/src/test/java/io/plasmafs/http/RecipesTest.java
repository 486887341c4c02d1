package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the recipes of the manual, one after the other as a reader would, and compares what they
/// print.
final class RecipesTest {
  private static final Pattern RECIPE =
      Pattern.compile("\\*\\*(\\d+)\\.\\*\\*.*?```sh\n(.*?)```\n```text\n(.*?)```", Pattern.DOTALL);

  private record Recipe(String number, String script, String output) {}

  @TempDir Path directory;

  @Test
  void everyRecipeOfTheManualDoesWhatItSays() throws Exception {
    List<Recipe> recipes = new ArrayList<>();
    Matcher matcher = RECIPE.matcher(Files.readString(Path.of("../docs/http.md")));
    while (matcher.find()) {
      recipes.add(new Recipe(matcher.group(1), matcher.group(2), matcher.group(3)));
    }
    assertThat(recipes).hasSizeGreaterThanOrEqualTo(20);
    try (TestGateway door = TestGateway.open()) {
      for (Recipe recipe : recipes) {
        assertThat(run(recipe, "http://127.0.0.1:" + door.gateway.port()).stripTrailing())
            .as("recipe " + recipe.number())
            .isEqualTo(recipe.output().stripTrailing());
      }
    }
  }

  private String run(Recipe recipe, String address) throws Exception {
    Path out = directory.resolve("out");
    ProcessBuilder bash =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", recipe.script())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    bash.environment().put("PLASMA", address);
    bash.environment().keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    Process process = bash.start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    String text = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(ended && process.exitValue() == 0)
        .as("recipe " + recipe.number() + " ended well; it said: " + text)
        .isTrue();
    return text;
  }
}
