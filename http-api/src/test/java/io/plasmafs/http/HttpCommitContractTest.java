package io.plasmafs.http;

import io.plasmafs.testkit.contract.AttributesContract;
import io.plasmafs.testkit.contract.BeyondTheDoor;
import io.plasmafs.testkit.contract.ConcurrencyContract;
import io.plasmafs.testkit.contract.ContentContract;
import io.plasmafs.testkit.contract.ExchangeContract;
import io.plasmafs.testkit.contract.FilesystemContract;
import io.plasmafs.testkit.contract.FilesystemUnderTest;
import io.plasmafs.testkit.contract.HardLinksContract;
import io.plasmafs.testkit.contract.NamesContract;
import io.plasmafs.testkit.contract.RenameContract;
import io.plasmafs.testkit.contract.SymlinksContract;
import io.plasmafs.testkit.contract.TreesContract;
import io.plasmafs.testkit.contract.VersionsContract;
import io.plasmafs.testkit.contract.XattrsContract;

/// The contract through `/v1/commit`, as far as a commit has words for it: it does not change parts
/// of files.
class HttpCommitContractTest extends FilesystemContract
    implements NamesContract,
        TreesContract,
        RenameContract,
        ExchangeContract,
        HardLinksContract,
        SymlinksContract,
        ContentContract,
        AttributesContract,
        XattrsContract,
        VersionsContract,
        ConcurrencyContract {
  private final GatewaysOfUsers gateways = new GatewaysOfUsers();

  @Override
  protected FilesystemUnderTest open() {
    return new HttpCommitsUnderTest(
        gateways.caller(ROOT),
        who -> {
          throw new BeyondTheDoor("one gateway, one user");
        });
  }

  @Override
  protected void close() {
    gateways.close();
  }

  /// JSON is text.
  @Override
  public boolean hasNamesOfAnyBytes() {
    return false;
  }
}
