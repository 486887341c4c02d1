package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A gateway that is killed loses nothing that it acknowledged, and holds nobody up.
class GatewayCrashTest {

  @Test
  void gatewayKilledDuringAPutLeavesTheOldFileAndItsLocks() throws Exception {
    try (Doors doors = Doors.open();
        GatewayProcess other = GatewayProcess.start(doors.namenodes())) {
      Dav dav = doors.dav();
      dav.put("/f", "old");
      dav.put("/locked", "old");
      String token = other.dav().lock("/locked", "exclusive", "Timeout", "Second-60").lockToken();
      try (Socket upload = new Socket(InetAddress.getLoopbackAddress(), other.port())) {
        OutputStream out = upload.getOutputStream();
        String head = "PUT /dav/f HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20000000\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[10_000_000]);
        out.flush();
        // It holds the file: the upload is under way.
        assertThat(dav.put("/f", "too soon").status()).isEqualTo(503);

        other.kill();
      }

      assertThat(dav.get("/f").text()).isEqualTo("old");
      assertThat(eventuallyPut(dav, "/f")).isEqualTo(204);
      assertThat(dav.put("/locked", "new").status()).isEqualTo(423);
      assertThat(dav.put("/locked", "new", "If", "(<" + token + ">)").status()).isEqualTo(204);
      doors.clock().advance(Duration.ofSeconds(61));
      assertThat(dav.put("/locked", "newer").status()).isEqualTo(204);
    }
  }

  /// The cluster has to notice that the connection is gone; clients are told to come again.
  private static int eventuallyPut(Dav dav, String path) throws InterruptedException {
    int status = 503;
    for (int i = 0; i < 30 && status == 503; i++) {
      status = dav.put(path, "new").status();
      Thread.sleep(status == 503 ? 200 : 0);
    }
    return status;
  }
}
