package io.plasmafs.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.RecentNonces;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnnouncementNoncesTest {
  private static final int DATANODES = 1000;

  /// Their clocks are as fast as is accepted, so that nonces are remembered for as long as any is.
  @Test
  void aThousandDatanodesAnnounceThemselvesEachSecondForAsLongAsTheyLike() {
    RecentNonces nonces = new RecentNonces(Namenode.NONCES);
    Random random = new Random(1);
    byte[] nonce = new byte[16];
    long ahead = ControlProof.TOLERANCE.toMillis();
    for (long millis = 0; millis < 1_200_000; millis += 1000) {
      for (int datanode = 0; datanode < DATANODES; datanode++) {
        random.nextBytes(nonce);
        assertThat(nonces.use(nonce, millis + 2 * ahead, millis)).isTrue();
      }
    }
  }
}
