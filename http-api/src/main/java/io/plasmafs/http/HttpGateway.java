package io.plasmafs.http;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.RetryPolicy;
import io.plasmafs.http.exchange.Route;
import io.plasmafs.http.exchange.Router;
import io.plasmafs.http.server.HttpServer;
import io.plasmafs.model.FsException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/// A running HTTP gateway: one client of the cluster, and a server in front of it. Any number may
/// run side by side.
public final class HttpGateway implements AutoCloseable {
  private static final long BUFFER_BYTES = 32L << 20;

  private static final RetryPolicy RETRY =
      new RetryPolicy(20, Duration.ofMillis(2), Duration.ofMillis(200), Duration.ofSeconds(3));

  private final PlasmaClient client;
  private final Api api;
  private final HttpServer server;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HttpGateway(PlasmaClient client, Api api, HttpServer server) {
    this.client = client;
    this.api = api;
    this.server = server;
  }

  /// Connects to the cluster and starts to serve the HTTP API, and nothing else.
  ///
  /// @throws IOException if the port is taken
  /// @throws FsException EUNAVAIL if the cluster cannot be reached
  public static HttpGateway start(HttpGatewayConfig config) throws IOException {
    return start(config, List.of());
  }

  /// Connects to the cluster and starts to serve the HTTP API and these doors.
  ///
  /// @throws IOException if the port is taken
  /// @throws FsException EUNAVAIL if the cluster cannot be reached
  public static HttpGateway start(HttpGatewayConfig config, List<Door> doors) throws IOException {
    PlasmaClient client =
        PlasmaClient.connect(
            ClientConfig.of(config.cluster(), config.namenodes())
                .withTimeout(Duration.ofSeconds(config.patienceSeconds()))
                .withRetry(RETRY)
                .withBufferBytes(BUFFER_BYTES));
    try {
      Api api = new Api(client, config, doors);
      HttpServer server =
          HttpServer.start(
              new HttpServer.Settings(
                  config.host(),
                  config.port(),
                  config.allowedHosts(),
                  config.connections(),
                  Duration.ofSeconds(config.idleSeconds()),
                  Duration.ofSeconds(config.drainSeconds())),
              new Router(api.routes()));
      return new HttpGateway(client, api, server);
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /// What it serves.
  List<Route> routes() {
    return api.routes();
  }

  /// The port that it listens at.
  public int port() {
    return server.port();
  }

  /// Takes no more requests, lets those under way end, and leaves the cluster.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      server.close();
      api.close();
      client.close();
    }
  }

  /// Ends as a crash would, for tests: connections break off, and the cluster hears nothing more.
  void kill() {
    if (closed.compareAndSet(false, true)) {
      client.close();
      server.kill();
      api.close();
    }
  }

  /// Runs a gateway until the process is told to end: `[--config FILE] [--KEY=VALUE]...`, with the
  /// keys of [HttpGatewayConfig]. Says one line on standard output when it serves; says one line on
  /// standard error and exits with 1 if it cannot.
  public static void main(String[] arguments) {
    run(arguments, List.of());
  }

  /// As [#main], with these doors.
  public static void run(String[] arguments, List<Door> doors) {
    try {
      HttpGateway gateway = start(parse(arguments), doors);
      CountDownLatch ended = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .name("stop")
                  .unstarted(() -> {
                    gateway.close();
                    ended.countDown();
                  }));
      System.out.println("http gateway serves at port " + gateway.port());
      ended.await();
    } catch (IOException | IllegalArgumentException | FsException e) {
      System.err.println("http gateway: " + e.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpGatewayConfig parse(String[] arguments) throws IOException {
    Optional<Path> file = Optional.empty();
    List<String> settings = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--config") && i + 1 < arguments.length) {
        file = Optional.of(Path.of(arguments[++i]));
      } else if (arguments[i].startsWith("--config=")) {
        file = Optional.of(Path.of(arguments[i].substring("--config=".length())));
      } else if (arguments[i].startsWith("--")) {
        settings.add(arguments[i].substring(2));
      } else {
        throw new IllegalArgumentException(
            "\"" + arguments[i] + "\" is neither --config FILE nor --KEY=VALUE");
      }
    }
    return HttpGatewayConfig.read(file, settings);
  }
}
