package io.plasmafs.webdav;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.HttpGateway;
import io.plasmafs.http.HttpGatewayConfig;
import io.plasmafs.testkit.TestCluster;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// A cluster with a gateway that has this door, and a clock for locks that tests can put forward.
final class Doors implements AutoCloseable {
  private final TestCluster cluster;
  private final boolean ownsCluster;
  private final HttpGateway gateway;
  private final PlasmaClient client;
  private final Clock clock;

  private Doors(TestCluster cluster, boolean ownsCluster, Clock clock, boolean contentRange)
      throws Exception {
    this.cluster = cluster;
    this.ownsCluster = ownsCluster;
    this.clock = clock;
    this.client = cluster.connect();
    this.gateway =
        HttpGateway.start(
            HttpGatewayConfig.read(
                Optional.empty(),
                List.of(
                    "namenodes=" + cluster.namenodes(), "listen=127.0.0.1:0", "drain-seconds=0")),
            List.of(new WebdavDoor(clock, contentRange)));
  }

  static Doors open() throws Exception {
    return open(TestCluster.options());
  }

  static Doors open(TestCluster.Options options) throws Exception {
    return new Doors(options.start(), true, new Clock(), false);
  }

  /// One more gateway of the same cluster.
  Doors another() throws Exception {
    return new Doors(cluster, false, clock, true);
  }

  /// A client of this door.
  Dav dav() {
    return new Dav(url());
  }

  String url() {
    return origin() + WebdavDoor.PREFIX;
  }

  /// Scheme, host and port.
  String origin() {
    return "http://127.0.0.1:" + gateway.port();
  }

  /// Addresses of the namenodes.
  String namenodes() {
    return cluster.namenodes();
  }

  PlasmaClient client() {
    return client;
  }

  Clock clock() {
    return clock;
  }

  @Override
  public void close() {
    gateway.close();
    client.close();
    if (ownsCluster) {
      cluster.close();
    }
  }

  static final class Clock implements InstantSource {
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    void advance(Duration by) {
      ahead.updateAndGet(by::plus);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead.get());
    }
  }
}
