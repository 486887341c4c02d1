package io.plasmafs.testkit.contract;

import org.jspecify.annotations.Nullable;

/// The engine itself. It has no random access to contents: that is the client's business.
class EngineContractTest extends FilesystemContract
    implements NamesContract,
        TreesContract,
        RenameContract,
        ExchangeContract,
        HardLinksContract,
        SymlinksContract,
        ContentContract,
        AttributesContract,
        XattrsContract,
        PermissionsContract,
        VersionsContract,
        TransactionsContract,
        ConcurrencyContract {
  private @Nullable EngineUnderTest engine;

  @Override
  protected FilesystemUnderTest open() {
    engine = EngineUnderTest.start();
    return engine;
  }

  @Override
  protected void close() {
    if (engine != null) {
      engine.stop();
    }
  }

  @Override
  public long largestContent() {
    return EngineUnderTest.INLINE_LIMIT;
  }
}
