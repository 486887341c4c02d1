package io.plasmafs.testkit.contract;

import io.plasmafs.model.FsPath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/// The frame of the contract: one filesystem for all cases of a class, one directory for each case.
///
/// ```java
/// class ClientContractTest extends FilesystemContract implements WholeContract {
///   private final TestCluster cluster = TestCluster.options().start();
///
///   @Override
///   protected FilesystemUnderTest open() {
///     return new ClientUnderTest(cluster);
///   }
///
///   @Override
///   protected void close() {
///     cluster.close();
///   }
/// }
/// ```
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FilesystemContract implements ContractCase {
  private @Nullable FilesystemUnderTest filesystem;
  private FsPath directory = FsPath.EMPTY;
  private int cases;

  /// Opens the filesystem, before the first case.
  protected abstract FilesystemUnderTest open();

  /// Closes it and all that was opened for it, after the last case, or when opening has failed.
  protected abstract void close();

  @BeforeAll
  final void openFilesystem() {
    filesystem = open();
  }

  @AfterAll
  final void closeFilesystem() {
    close();
  }

  @BeforeEach
  final void makeDirectory() {
    directory = FsPath.of("case" + ++cases);
    FilesystemUnderTest outside = outside();
    outside.mkdir(directory, 0777);
    begin();
  }

  @AfterEach
  final void finish() {
    end();
  }

  /// The filesystem that [#open()] gave.
  protected final FilesystemUnderTest outside() {
    FilesystemUnderTest opened = filesystem;
    if (opened == null) {
      throw new IllegalStateException("the filesystem is not open");
    }
    return opened;
  }

  /// A case begins; its directory is there.
  protected void begin() {}

  /// A case is over.
  protected void end() {}

  @Override
  public FilesystemUnderTest fs() {
    return outside();
  }

  @Override
  public FsPath directory() {
    return directory;
  }
}
