package io.plasmafs.http;

import io.plasmafs.model.Principal;
import io.plasmafs.testkit.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;

/// A cluster, and a gateway for each user: as there are no logins, a gateway acts for one.
final class GatewaysOfUsers implements AutoCloseable {
  private final TestCluster cluster = TestCluster.options().start();
  private final Map<Principal, HttpGateway> gateways = new ConcurrentHashMap<>();

  /// Sends requests to the gateway of this user.
  HttpCaller caller(Principal user) {
    return new HttpCaller(gateways.computeIfAbsent(user, this::start).port());
  }

  private HttpGateway start(Principal user) {
    Properties properties = new Properties();
    properties.setProperty("cluster", "test");
    properties.setProperty("namenodes", cluster.namenodes());
    properties.setProperty("listen", "127.0.0.1:0");
    properties.setProperty("drain-seconds", "2");
    try {
      return HttpGateway.start(HttpGatewayConfig.of(properties), List.of(), user);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    gateways.values().forEach(HttpGateway::close);
    cluster.close();
  }
}
