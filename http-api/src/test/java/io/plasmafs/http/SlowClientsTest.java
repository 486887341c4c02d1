package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Clients that take a file slowly, or send one slowly, cost a small buffer each.
final class SlowClientsTest {
  private static final int CLIENTS = 500;
  private static final int FILE_BYTES = 8 << 20;

  /// A buffer of ours, one of the server, and something for sockets and channels.
  private static final long BYTES_PER_CLIENT = 160 << 10;

  /// Buffers that are shared by all clients, however many there are: large ones, and the client's.
  private static final long SHARED_BYTES = 128L << 20;

  @Test
  void fiveHundredSlowReadersAndWritersTakeLittleMemory() throws Exception {
    try (TestGateway door = TestGateway.open()) {
      door.client.write("/large", new byte[FILE_BYTES]);
      long before = directBytes();
      List<Socket> clients = new ArrayList<>();
      try {
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(
              i % 2 == 0
                  ? start(door, "GET /v1/fs/large HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  : start(
                      door,
                      "PUT /v1/fs/slow-"
                          + i
                          + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\nx"));
        }
        for (int i = 0; i < CLIENTS; i += 2) {
          assertThat(clients.get(i).getInputStream().read()).isEqualTo('H');
        }
        assertThat(directBytes() - before).isLessThan(CLIENTS * BYTES_PER_CLIENT + SHARED_BYTES);
        // Others are served as if nobody else were there.
        door.put("/v1/fs/quick", "quick");
        assertThat(door.get("/v1/fs/quick").text()).isEqualTo("quick");
        assertThat(door.get("/v1/fs/large").bytes()).hasSize(FILE_BYTES);
      } finally {
        for (Socket client : clients) {
          client.close();
        }
      }
    }
  }

  private static Socket start(TestGateway door, String request) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new java.net.InetSocketAddress("127.0.0.1", door.gateway.port()));
    socket.setSoTimeout(60_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
