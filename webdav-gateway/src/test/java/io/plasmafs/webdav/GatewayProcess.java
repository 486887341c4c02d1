package io.plasmafs.webdav;

import io.plasmafs.http.HttpGateway;
import io.plasmafs.http.HttpGatewayConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// A gateway in a process of its own, which can be killed.
final class GatewayProcess implements AutoCloseable {
  private final Process process;
  private final int port;

  private GatewayProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static GatewayProcess start(String namenodes) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Dlogback.configurationFile="
                    + System.getProperty("logback.configurationFile", "logback.xml"),
                "-cp",
                System.getProperty("java.class.path"),
                GatewayProcess.class.getName(),
                namenodes)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("port ")) {
        return new GatewayProcess(process, Integer.parseInt(line.substring("port ".length())));
      }
    }
    throw new IOException("the gateway did not start");
  }

  public static void main(String[] arguments) throws Exception {
    HttpGateway gateway =
        HttpGateway.start(
            HttpGatewayConfig.read(
                Optional.empty(), List.of("namenodes=" + arguments[0], "listen=127.0.0.1:0")),
            List.of(new WebdavDoor(InstantSource.system(), false)));
    System.out.println("port " + gateway.port());
    Thread.sleep(Long.MAX_VALUE);
  }

  int port() {
    return port;
  }

  /// A client of its door.
  Dav dav() {
    return new Dav("http://127.0.0.1:" + port + WebdavDoor.PREFIX);
  }

  /// Ends it at once, whatever it is doing.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
