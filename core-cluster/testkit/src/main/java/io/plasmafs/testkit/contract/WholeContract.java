package io.plasmafs.testkit.contract;

/// All groups of cases.
public interface WholeContract
    extends NamesContract,
        TreesContract,
        RenameContract,
        ExchangeContract,
        HardLinksContract,
        SymlinksContract,
        ContentContract,
        RandomAccessContract,
        OpenFilesContract,
        AttributesContract,
        XattrsContract,
        PermissionsContract,
        VersionsContract,
        TransactionsContract,
        ConcurrencyContract {}
