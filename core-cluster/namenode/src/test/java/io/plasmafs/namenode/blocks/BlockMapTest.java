package io.plasmafs.namenode.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.namenode.blocks.BlockMap.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockMapTest {
  private static final List<State> OCCUPIED =
      List.of(State.USED, State.RESERVED, State.QUARANTINED);

  @Test
  void anEmptyMapIsFreeToItsLastBlockAndNotBeyond() {
    for (long size : new long[] {0, 1, 31, 32, 33, BlockMap.CHUNK - 1, BlockMap.CHUNK + 1}) {
      BlockMap map = new BlockMap(size);
      assertThat(map.count(State.FREE)).isEqualTo(size);
      assertThat(map.freeAt(0, 100_000)).isEqualTo((int) size);
      assertThat(map.find(4096)).isEqualTo(size == 0 ? -1 : 0);
    }
  }

  @Test
  void aBlockInAnotherStateThanExpectedIsNamedAndNothingChanges() {
    BlockMap map = new BlockMap(1000);
    map.move(500, 1, State.FREE, State.USED);
    assertThatThrownBy(() -> map.move(100, 800, State.FREE, State.RESERVED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("block 500 is USED");
    assertThat(map.count(State.FREE)).isEqualTo(999);
    assertThat(map.stateOf(100)).isEqualTo(State.FREE);
  }

  @Test
  void runsOutsideOfTheMapAreRefused() {
    BlockMap map = new BlockMap(1000);
    assertThatThrownBy(() -> map.move(999, 2, State.FREE, State.USED))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> map.move(-1, 2, State.FREE, State.USED))
        .isInstanceOf(IllegalStateException.class);
    assertThat(map.count(State.FREE)).isEqualTo(1000);
  }

  @Test
  void theNextRunIsTakenBehindTheLastOne() {
    BlockMap map = new BlockMap(100_000);
    map.move(10, 10, State.FREE, State.USED);
    map.continueAt(20);
    assertThat(map.find(5)).isEqualTo(20);
    map.continueAt(99_998);
    assertThat(map.find(5)).isEqualTo(0);
  }

  @Test
  void theLongestRunIsFoundWhereNoneIsLongEnough() {
    BlockMap map = new BlockMap(1_000_000);
    map.move(0, 1_000_000, State.FREE, State.USED);
    map.move(77, 3, State.USED, State.FREE);
    map.move(777_777, 7, State.USED, State.FREE);
    long found = map.find(100);
    assertThat(found).isEqualTo(777_777);
    assertThat(map.freeAt(found, 100)).isEqualTo(7);
  }

  @Test
  void nearlyFullMapsAreSearchedWithoutReadingThemAll() {
    long size = 100_000_000;
    BlockMap map = new BlockMap(size);
    for (long at = 0; at < size; at += 1 << 20) {
      map.move(at, (int) Math.min(1 << 20, size - at), State.FREE, State.USED);
    }
    map.move(size - 2, 1, State.USED, State.FREE);
    // Would take a minute if each search read 25 MB.
    for (int i = 0; i < 5_000; i++) {
      assertThat(map.find(8)).isEqualTo(size - 2);
    }
  }

  @Test
  void whatAGrownMapHeldItStillHolds() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int size = random.nextInt(200);
      BlockMap map = new BlockMap(size);
      for (int block = 0; block < size; block++) {
        if (random.nextBoolean()) {
          map.move(block, 1, State.FREE, OCCUPIED.get(random.nextInt(3)));
        }
      }
      BlockMap grown = map.grownTo(size + random.nextInt(200));
      for (int block = 0; block < size; block++) {
        assertThat(grown.stateOf(block)).as("seed %d", seed).isEqualTo(map.stateOf(block));
      }
      assertThat(grown.freeAt(size, 10_000)).isEqualTo((int) (grown.size() - size));
      assertThat(grown.count(State.FREE) - map.count(State.FREE)).isEqualTo(grown.size() - size);
    }
  }

  /// Random moves and searches against an array of states.
  @Test
  void theMapAgreesWithANaiveOne() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      int size = 1 + random.nextInt(round % 3 == 0 ? 60_000 : 3_000);
      BlockMap map = new BlockMap(size);
      State[] naive = new State[size];
      Arrays.fill(naive, State.FREE);
      List<int[]> taken = new ArrayList<>();
      for (int step = 0; step < 1_500; step++) {
        int wanted = 1 + random.nextInt(random.nextBoolean() ? 8 : 500);
        if (random.nextInt(5) < 3 || taken.isEmpty()) {
          long found = map.find(wanted);
          int free = count(naive, State.FREE);
          assertThat(found >= 0).as("seed %d", seed).isEqualTo(free > 0);
          if (found < 0) {
            continue;
          }
          int length = map.freeAt(found, wanted);
          assertThat(length)
              .as("seed %d: run wanted %d", seed, wanted)
              .isBetween(1, wanted)
              .isGreaterThanOrEqualTo(Math.min(wanted, longestWithinChunk(naive)));
          State to = random.nextBoolean() ? State.USED : State.RESERVED;
          fill(naive, (int) found, length, State.FREE, to, seed);
          map.move(found, length, State.FREE, to);
          map.continueAt(found + length);
          taken.add(new int[] {(int) found, length});
        } else {
          int[] run = taken.remove(random.nextInt(taken.size()));
          State from = naive[run[0]];
          fill(naive, run[0], run[1], from, State.FREE, seed);
          map.move(run[0], run[1], from, State.FREE);
        }
      }
      for (State state : State.values()) {
        assertThat(map.count(state)).as("seed %d", seed).isEqualTo(count(naive, state));
      }
      for (int block = 0; block < size; block++) {
        assertThat(map.stateOf(block)).as("seed %d", seed).isEqualTo(naive[block]);
      }
    }
  }

  private static void fill(State[] naive, int first, int count, State from, State to, long seed) {
    for (int block = first; block < first + count; block++) {
      assertThat(naive[block]).as("seed %d: block %d", seed, block).isEqualTo(from);
      naive[block] = to;
    }
  }

  private static int count(State[] naive, State state) {
    return (int) Arrays.stream(naive).filter(s -> s == state).count();
  }

  private static int longestWithinChunk(State[] naive) {
    int longest = 0;
    int current = 0;
    for (int block = 0; block < naive.length; block++) {
      if (block % BlockMap.CHUNK == 0) {
        current = 0;
      }
      current = naive[block] == State.FREE ? current + 1 : 0;
      longest = Math.max(longest, current);
    }
    return longest;
  }
}
