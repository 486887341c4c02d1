package io.plasmafs.webdav;

import io.plasmafs.model.FsStatus;
import io.plasmafs.testkit.contract.BeyondTheDoor;
import io.plasmafs.testkit.contract.FilesystemContract;
import io.plasmafs.testkit.contract.FilesystemUnderTest;
import io.plasmafs.testkit.contract.WholeContract;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The contract through `/dav`, and through `/dav-tx` within transactions, as far as the protocol
/// goes; [DavUnderTest] says where it ends.
class DavContractTest extends FilesystemContract implements WholeContract {
  private @Nullable Doors doors;

  @Override
  protected FilesystemUnderTest open() {
    try {
      Doors opened = Doors.open();
      doors = opened;
      return new DavUnderTest(opened, opened.dav());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected void close() {
    if (doors != null) {
      doors.close();
    }
  }

  @Test
  @Override
  public void conflictNamesWhatIsContested() {
    throw new BeyondTheDoor("503 says that somebody was first, and not who");
  }

  /// A parent that is missing and one that is no collection are both 409.
  @Override
  public FsStatus shown(FsStatus status) {
    return status == FsStatus.ENOTDIR ? FsStatus.ENOENT : status;
  }
}
