package io.plasmafs.http;

import io.plasmafs.testkit.contract.AttributesContract;
import io.plasmafs.testkit.contract.CaseInTransaction;
import io.plasmafs.testkit.contract.ContentContract;
import io.plasmafs.testkit.contract.ExchangeContract;
import io.plasmafs.testkit.contract.FilesystemUnderTest;
import io.plasmafs.testkit.contract.HardLinksContract;
import io.plasmafs.testkit.contract.NamesContract;
import io.plasmafs.testkit.contract.RandomAccessContract;
import io.plasmafs.testkit.contract.RenameContract;
import io.plasmafs.testkit.contract.SymlinksContract;
import io.plasmafs.testkit.contract.TreesContract;
import io.plasmafs.testkit.contract.XattrsContract;

/// The contract within a transaction of `/v1/tx` for each case.
class HttpTransactionContractTest extends CaseInTransaction
    implements NamesContract,
        TreesContract,
        RenameContract,
        ExchangeContract,
        HardLinksContract,
        SymlinksContract,
        ContentContract,
        RandomAccessContract,
        AttributesContract,
        XattrsContract {
  private final GatewaysOfUsers gateways = new GatewaysOfUsers();

  @Override
  protected FilesystemUnderTest open() {
    return new HttpUnderTest(
        gateways.caller(ROOT),
        "/v1/fs",
        who -> new HttpUnderTest(gateways.caller(who), "/v1/fs", one -> fs()));
  }

  @Override
  protected void close() {
    gateways.close();
  }
}
