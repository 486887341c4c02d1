package io.plasmafs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that writes is killed at any moment; what it had been told was synced is there.
class CrashTest {
  private static final int BLOCKS = 32;
  private static final int ROUNDS = 4;

  @TempDir Path directory;

  private static byte[] content(long block, long generation) {
    Random random = new Random(block * 1_000_003 + generation);
    return Stores.bytes(random, 1 + random.nextInt(64 << 10));
  }

  /// Writes for ever: a random block under the next generation; tells when it has been synced.
  static final class Writer {
    public static void main(String[] arguments) throws IOException {
      Random random = new Random(Long.parseLong(arguments[1]));
      long generation = Long.parseLong(arguments[2]);
      try (BlockStore store = Stores.open(Path.of(arguments[0]))) {
        while (true) {
          StringBuilder line = new StringBuilder();
          for (int i = 0; i < 4; i++) {
            long block = random.nextInt(BLOCKS);
            generation++;
            System.out.println("begin " + block);
            System.out.flush();
            Stores.write(store, block, 0, generation, content(block, generation));
            line.append("synced ").append(block).append(' ').append(generation).append('\n');
          }
          store.sync(0, BLOCKS).join();
          System.out.print(line);
          System.out.flush();
        }
      }
    }
  }

  @Test
  void everySyncedBlockSurvivesTheKilling() throws Exception {
    long seed = System.nanoTime();
    System.out.println("CrashTest seed " + seed);
    Random random = new Random(seed);
    Stores.format(Stores.SIXTEEN_SLICES, BLOCKS, directory);
    Map<Long, Long> certain = new HashMap<>();
    long generation = 1;
    for (int round = 0; round < ROUNDS; round++) {
      Process writer =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  directory.toString(),
                  Long.toString(random.nextLong()),
                  Long.toString(generation))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      int lines = 0;
      int killAfter = 100 + random.nextInt(400);
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          String[] words = line.split(" ");
          long block = Long.parseLong(words[1]);
          if (words[0].equals("begin")) {
            certain.remove(block); // from now on either the old or the new may be there
          } else {
            certain.merge(block, Long.parseLong(words[2]), Math::max);
          }
          if (++lines == killAfter) {
            writer.toHandle().destroyForcibly(); // which leaves the pipe open
          }
        }
      }
      assertThat(writer.waitFor()).isEqualTo(137);
      assertThat(lines).isGreaterThanOrEqualTo(killAfter);
      assertThat(certain).isNotEmpty();
      long highest = generation;
      try (BlockStore store = Stores.open(directory)) {
        for (Map.Entry<Long, Long> known : certain.entrySet()) {
          assertThat(Stores.read(store, known.getKey(), 0, 64 << 10, known.getValue()))
              .as("seed %d round %d block %d", seed, round, known.getKey())
              .isEqualTo(content(known.getKey(), known.getValue()));
        }
        long[] found = {highest};
        store.inventory(0, BLOCKS, r -> found[0] = Math.max(found[0], r.generation()));
        highest = found[0];
      }
      generation = highest + 10;
    }
  }
}
