package io.plasmafs.http;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.RetryPolicy;
import io.plasmafs.http.exchange.Route;
import io.plasmafs.http.exchange.Router;
import io.plasmafs.http.server.HttpServer;
import io.plasmafs.model.FsException;
import io.plasmafs.model.Principal;
import io.plasmafs.settings.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
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
    return start(config, doors, clientOf(config));
  }

  /// The same, but it acts as this user instead of the one who started it.
  ///
  /// @throws IOException if the port is taken
  /// @throws FsException EUNAVAIL if the cluster cannot be reached
  public static HttpGateway start(HttpGatewayConfig config, List<Door> doors, Principal user)
      throws IOException {
    return start(config, doors, clientOf(config).withPrincipal(user));
  }

  private static ClientConfig clientOf(HttpGatewayConfig config) {
    return ClientConfig.of(config.cluster(), config.namenodes())
        .withTimeout(Duration.ofSeconds(config.patienceSeconds()))
        .withRetry(RETRY)
        .withBufferBytes(BUFFER_BYTES);
  }

  private static HttpGateway start(
      HttpGatewayConfig config, List<Door> doors, ClientConfig clientConfig) throws IOException {
    PlasmaClient client = PlasmaClient.connect(clientConfig);
    try {
      Api api = new Api(client, config, doors);
      HttpServer server =
          HttpServer.start(
              new HttpServer.Settings(
                  config.listen().host(),
                  config.listen().port(),
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

  /// Prints a line for who waits for it, and serves until the process is told to end.
  public void serve(String announcement) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(() -> {
                  close();
                  ended.countDown();
                }));
    System.out.println(announcement);
    ended.await();
  }

  /// Runs a gateway with these doors until the process is told to end: `[--config FILE]
  /// [--KEY=VALUE]...`, with the keys of [HttpGatewayConfig]. Says one line on standard output when
  /// it serves; says one line on standard error and exits with 1 if it cannot.
  public static void run(String[] arguments, List<Door> doors) {
    try {
      HttpGateway gateway = start(HttpGatewayConfig.of(Settings.ofArguments(arguments)), doors);
      gateway.serve("http gateway serves at port " + gateway.port());
    } catch (IOException | IllegalArgumentException | FsException e) {
      System.err.println("http gateway: " + e.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
