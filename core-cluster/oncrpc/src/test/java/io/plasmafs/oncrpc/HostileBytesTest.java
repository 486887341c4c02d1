package io.plasmafs.oncrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.oncrpc.sample.Sample;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Peers that break every rule get the proper error or are cut off, take no memory, and do no harm
/// to others.
class HostileBytesTest {
  private static final int LAST = 0x8000_0000;
  private static final int PROGRAM = Sample.SAMPLE;
  private static final int MEMORY = 48 << 20;

  private final SampleServer server =
      new SampleServer(RpcLimits.defaults().withRecordTimeout(Duration.ofMillis(400)), true);
  private final List<RawPeer> peers = new ArrayList<>();

  @BeforeEach
  void serviceIsWell() {
    server.assertServing();
  }

  @AfterEach
  void serviceIsStillWellAndNothingIsLeft() throws Exception {
    server.assertServing();
    assertThat(server.directMemory()).isLessThan(MEMORY);
    for (RawPeer peer : peers) {
      peer.close();
    }
    server.close();
  }

  private RawPeer peer() throws IOException {
    RawPeer peer = new RawPeer(server.tcp());
    peers.add(peer);
    return peer;
  }

  /// Asserts that the call is answered with these words, after the xid.
  private void assertAnswer(int[] call, int... expected) throws IOException {
    RawPeer peer = peer();
    peer.sendRecord(call);
    int[] answer = peer.receiveRecord();
    assertThat(answer[0]).isEqualTo(call[0]);
    assertThat(Arrays.copyOfRange(answer, 1, answer.length)).containsExactly(expected);
    // and the connection can still be used
    peer.sendRecord(9, 0, 2, PROGRAM, 1, 0, 0, 0, 0, 0);
    assertThat(peer.receiveRecord()).containsExactly(9, 1, 0, 0, 0, 0);
  }

  @Test
  void endlessLengthIsCutOffAtOnce() throws Exception {
    RawPeer peer = peer();
    peer.sendWords(0xffff_ffff);
    peer.awaitClosed();
  }

  @Test
  void recordJustTooLongIsCutOff() throws Exception {
    RawPeer peer = peer();
    peer.sendWords(LAST | (17 << 20) + 1);
    peer.awaitClosed();
  }

  @Test
  void fragmentsThatTogetherAreTooLongAreCutOff() throws Exception {
    RawPeer peer = peer();
    peer.sendWords(4, 0, 0x7fff_ffff);
    peer.awaitClosed();
  }

  @Test
  void manyBigClaimsFollowedBySilenceTakeNoMemory() throws Exception {
    long before = server.directMemory();
    for (int i = 0; i < 200; i++) {
      peer().sendWords(LAST | 16 << 20, i, 0, 2);
    }
    Eventually.isTrue(() -> server.server.receivedBytes() > 0, "the claims have arrived");
    assertThat(server.directMemory() - before).isLessThan(MEMORY / 2);
    for (RawPeer peer : peers) {
      peer.awaitClosed(); // by the time limit of a record
    }
  }

  @Test
  void aMillionEmptyFragmentsAreCutOff() throws Exception {
    RawPeer peer = peer();
    try {
      peer.sendBytes(new byte[4_000_000]);
    } catch (IOException closedMeanwhile) {
      // as it should be
    }
    peer.awaitClosed();
  }

  @Test
  void aByteAtATimeIsCutOff() throws Exception {
    RawPeer peer = peer();
    peer.sendWords(LAST | 1 << 20);
    long end = System.nanoTime() + SampleServer.SOON.toNanos();
    try {
      while (System.nanoTime() < end) {
        peer.sendBytes(new byte[] {0});
        Thread.sleep(5);
      }
    } catch (IOException closed) {
      return;
    }
    throw new AssertionError("the server is still listening");
  }

  @Test
  void halfAMarkFollowedBySilenceIsCutOff() throws Exception {
    RawPeer peer = peer();
    peer.sendBytes(new byte[] {(byte) 0x80, 0});
    peer.awaitClosed();
  }

  @Test
  void longRecordFollowedBySilenceIsCutOff() throws Exception {
    RawPeer peer = peer();
    peer.sendWords(LAST | 1 << 20);
    peer.sendBytes(new byte[256 << 10]);
    peer.awaitClosed();
  }

  @Test
  void longRecordThatComesSlowlyIsTaken() throws Exception {
    RawPeer peer = peer();
    peer.sendWords(LAST | 320 << 10, 7, 0, 2, PROGRAM, 1, Sample.ADD_1, 0, 0, 0, 0);
    peer.sendBytes(new byte[(128 << 10) - 40]);
    for (int i = 0; i < 24; i++) {
      Thread.sleep(100); // in all more than what comes at once allows for
      peer.sendBytes(new byte[8 << 10]);
    }
    assertThat(peer.receiveRecord()).containsExactly(7, 1, 0, 0, 0, 4);
  }

  @Test
  void unfinishedRecordsOfAllPeersTogetherAreBounded() throws Exception {
    RpcLimits limits =
        RpcLimits.defaults().withServer(100, 32 << 20).withRecordTimeout(Duration.ofSeconds(2));
    try (SampleServer small = new SampleServer(limits, true)) {
      List<RawPeer> flood = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        RawPeer peer = new RawPeer(small.tcp());
        flood.add(peer);
        peer.sendWithoutBlocking(LAST | 16 << 20, 12 << 20);
      }
      Eventually.isTrue(
          () -> {
            assertThat(small.directMemory()).isLessThan(64 << 20);
            flood.forEach(RawPeer::sendRest);
            return small.server.connections() <= 2; // 24 MiB are allowed, 36 are not
          },
          "the flood has been cut off");
      small.assertServing();
      for (RawPeer peer : flood) {
        peer.close();
      }
    }
  }

  @Test
  void otherRpcVersionIsToldTheRightOne() throws Exception {
    // MSG_DENIED, RPC_MISMATCH, from 2 to 2
    assertAnswer(new int[] {7, 0, 1, PROGRAM, 1, 0, 0, 0, 0, 0}, 1, 1, 0, 2, 2);
    assertAnswer(new int[] {7, 0, 3}, 1, 1, 0, 2, 2);
  }

  @Test
  void unknownProgramIsUnavailable() throws Exception {
    assertAnswer(new int[] {7, 0, 2, PROGRAM + 1, 1, 0, 0, 0, 0, 0}, 1, 0, 0, 0, 1);
    assertAnswer(new int[] {7, 0, 2, -1, 1, 0, 0, 0, 0, 0}, 1, 0, 0, 0, 1);
  }

  @Test
  void unknownVersionIsToldTheRightOnes() throws Exception {
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 2, 0, 0, 0, 0, 0}, 1, 0, 0, 0, 2, 1, 1);
  }

  @Test
  void unknownProcedureIsUnavailable() throws Exception {
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, -1, 0, 0, 0, 0}, 1, 0, 0, 0, 3);
  }

  @Test
  void argumentsOfTheWrongShapeAreGarbage() throws Exception {
    int[] garbage = {1, 0, 0, 0, 4};
    int add = Sample.ADD_1;
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, add, 0, 0, 0, 0}, garbage);
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, add, 0, 0, 0, 0, 1, 2}, garbage);
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, 0, 0, 0, 0, 0, 1}, garbage);
    for (int count : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 101, 1 << 24}) {
      assertAnswer(
          new int[] {7, 0, 2, PROGRAM, 1, Sample.ECHO_1, 0, 0, 0, 0, count, 0, 0}, garbage);
      assertAnswer(
          new int[] {7, 0, 2, PROGRAM, 1, Sample.WRITE_1, 0, 0, 0, 0, 0, 0, count, 0}, garbage);
    }
    // bulk data that is there, and then a boolean of 2: what was taken is given back
    assertAnswer(
        new int[] {7, 0, 2, PROGRAM, 1, Sample.WRITE_1, 0, 0, 0, 0, 0, 0, 4, 1, 2}, garbage);
  }

  @Test
  void oversizedCredentialsAreRefused() throws Exception {
    int[] call = new int[10 + 101];
    System.arraycopy(new int[] {7, 0, 2, PROGRAM, 1, 0, 0, 404}, 0, call, 0, 8);
    assertAnswer(call, 1, 1, 1, 1); // AUTH_ERROR, AUTH_BADCRED
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, 0, 0, -1, 0, 0}, 1, 1, 1, 1);
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, 0, 0, 0, 0, 404}, 1, 1, 1, 3); // AUTH_BADVERF
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, 0}, 1, 1, 1, 1);
  }

  @Test
  void seventeenGroupsAreRefused() throws Exception {
    assertAnswer(authSys(17, 0), 1, 1, 1, 1);
    assertAnswer(authSys(-1, 0), 1, 1, 1, 1);
    assertAnswer(authSys(0, 256), 1, 1, 1, 1);
    assertAnswer(authSys(16, 0), 1, 0, 0, 0, 0);
  }

  /// A call of procedure 0 with AUTH_SYS credentials of so many groups.
  private static int[] authSys(int gids, int nameBytes) {
    int groups = Math.max(0, gids);
    int nameWords = nameBytes / 4;
    int[] call = new int[15 + groups + nameWords];
    int[] head = {7, 0, 2, PROGRAM, 1, 0, 1, 4 * (5 + groups + nameWords), 0, nameBytes};
    System.arraycopy(head, 0, call, 0, head.length);
    call[12 + nameWords] = gids;
    return call;
  }

  @Test
  void unknownFlavourIsRefused() throws Exception {
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, 0, 6, 0, 0, 0}, 1, 1, 1, 1);
  }

  @Test
  void failureOfAHandlerTellsThePeerNothing() throws Exception {
    assertAnswer(new int[] {7, 0, 2, PROGRAM, 1, SampleServer.THROW, 0, 0, 0, 0}, 1, 0, 0, 0, 5);
  }

  @Test
  void recordsThatAreNoCallsAreCutOff() throws Exception {
    for (int[] words : new int[][] {{}, {1}, {1, 2}, {7, 1, 0, 0, 0, 0}, {7, -1, 2}}) {
      RawPeer peer = peer();
      peer.sendRecord(words);
      peer.awaitClosed();
    }
  }

  @Test
  void fragmentedCallsAreUnderstood() throws Exception {
    RawPeer peer = peer();
    int add = Sample.ADD_1;
    peer.sendWords(0, 8, 7, 0, 0, 16, 2, PROGRAM, 1, add, LAST | 20, 0, 0, 0, 0, 41);
    assertThat(peer.receiveRecord()).containsExactly(7, 1, 0, 0, 0, 0, 42);
    peer.sendWords(44, 7, 0, 2, PROGRAM, 1, add, 0, 0, 0, 0, 41, LAST);
    assertThat(peer.receiveRecord()).containsExactly(7, 1, 0, 0, 0, 0, 42);
  }

  @Test
  void garbageIsSurvived() throws Exception {
    long seed = System.nanoTime();
    System.out.println("HostileBytesTest garbage, seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 100; i++) {
      byte[] garbage = new byte[random.nextInt(5000)];
      random.nextBytes(garbage);
      if (i % 2 == 0 && garbage.length > 60) {
        // A right mark and a header nearly right get further.
        ByteBuffer call = ByteBuffer.wrap(garbage);
        int length = Math.min(garbage.length, 64 + random.nextInt(400)) & ~3;
        call.putInt(0, LAST | length - 4);
        int[] header = {3, 0, 2, PROGRAM, 1, random.nextInt(6), 0, 0, 0, 0};
        for (int word = 0; word < header.length; word++) {
          if (random.nextInt(20) != 0) {
            call.putInt(4 + 4 * word, header[word]);
          }
        }
      }
      try (RawPeer peer = new RawPeer(server.tcp())) {
        peer.sendBytes(garbage);
      } catch (IOException closedMeanwhile) {
        // as it may be
      }
    }
  }
}
