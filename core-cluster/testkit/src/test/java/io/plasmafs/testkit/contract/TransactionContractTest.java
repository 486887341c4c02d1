package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import io.plasmafs.testkit.TestCluster;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The client within one transaction for each case. At the end it is committed: everybody must see
/// then what it saw itself before.
class TransactionContractTest extends FilesystemContract
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
  private static final long MOST_COMPARED = 1 << 20;

  private final TestCluster cluster = TestCluster.options().start();
  private @Nullable ClientUnderTest client;
  private @Nullable TransactionUnderTest transaction;

  @Override
  protected FilesystemUnderTest open() {
    client = ClientUnderTest.of(cluster);
    return client;
  }

  @Override
  protected void close() {
    if (client != null) {
      client.close();
    }
    cluster.close();
  }

  @Override
  protected void begin() {
    transaction = outside().begin();
  }

  @Override
  protected void end() {
    try (TransactionUnderTest open = within()) {
      SortedMap<String, String> within = tree(open);
      open.commit();
      assertThat(tree(outside())).isEqualTo(within);
    }
  }

  @Override
  public FilesystemUnderTest fs() {
    return within();
  }

  private TransactionUnderTest within() {
    TransactionUnderTest open = transaction;
    if (open == null) {
      throw new IllegalStateException("no case has begun");
    }
    return open;
  }

  /// What there is below the directory of the case.
  private SortedMap<String, String> tree(FilesystemUnderTest seen) {
    SortedMap<String, String> tree = new TreeMap<>();
    collect(seen, directory(), tree);
    return tree;
  }

  private static void collect(
      FilesystemUnderTest seen, FsPath directory, SortedMap<String, String> tree) {
    for (Name name : seen.list(directory)) {
      FsPath path = directory.resolve(name);
      Attributes a = seen.lstat(path);
      String content =
          switch (a.type()) {
            case DIRECTORY -> "";
            case SYMLINK -> seen.readLink(path).toString();
            case REGULAR ->
                a.mtime()
                    + " "
                    + (a.size() <= MOST_COMPARED ? Arrays.hashCode(seen.read(path)) : "");
          };
      tree.put(
          path.toString(),
          a.type()
              + " "
              + Integer.toOctalString(a.mode())
              + " "
              + a.owner()
              + ":"
              + a.group()
              + " "
              + a.size()
              + " x"
              + a.nlink()
              + " "
              + content);
      if (a.isDirectory()) {
        collect(seen, path, tree);
      }
    }
  }
}
