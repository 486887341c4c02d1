package io.plasmafs.http;

import io.plasmafs.model.Principal;
import io.plasmafs.testkit.contract.FilesystemContract;
import io.plasmafs.testkit.contract.FilesystemUnderTest;
import io.plasmafs.testkit.contract.WholeContract;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The contract through `/v1/fs`, each request a transaction of its own, and its transactions
/// through `/v1/tx`.
class HttpContractTest extends FilesystemContract implements WholeContract {
  private final GatewaysOfUsers gateways = new GatewaysOfUsers();
  private final Map<Principal, FilesystemUnderTest> doors = new ConcurrentHashMap<>();

  @Override
  protected FilesystemUnderTest open() {
    return door(ROOT);
  }

  private FilesystemUnderTest door(Principal user) {
    return doors.computeIfAbsent(
        user, who -> new HttpUnderTest(gateways.caller(who), "/v1/fs", this::door));
  }

  @Override
  protected void close() {
    gateways.close();
  }

  /// A merge patch names a time.
  @Override
  public boolean hasTimeOfServer() {
    return false;
  }
}
