package io.plasmafs.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Operation.RenameMode;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What every case of the contract works with: a directory of its own, and words for what is done
/// and expected in it. Paths given as text are relative to that directory.
///
/// The last methods name what a variant may lack; override them where it does.
public interface ContractCase {
  /// A superuser: no permission is refused.
  Principal ROOT = new Principal("root", "root", Set.of());

  /// An ordinary user, of the group `staff`.
  Principal ALICE = new Principal("alice", "staff", Set.of("staff", "music"));

  /// Another user of the same group.
  Principal BOB = new Principal("bob", "staff", Set.of("staff"));

  /// A user who shares no group with the others.
  Principal CAROL = new Principal("carol", "guests", Set.of("guests"));

  /// The filesystem, used by the superuser.
  FilesystemUnderTest fs();

  /// The directory of this case; everybody may do everything in it.
  FsPath directory();

  /// The path of something in the directory of this case; the directory itself if it is empty.
  default FsPath at(String path) {
    return directory().resolve(FsPath.of(path));
  }

  // ---- doing

  /// Makes a directory of mode 0755.
  default void mkdir(String path) {
    fs().mkdir(at(path), 0755);
  }

  /// Makes a file with this text in it, or gives one a new content.
  default void write(String path, String text) {
    fs().write(at(path), text.getBytes(UTF_8));
  }

  /// Makes a file with these bytes in it, or gives one a new content.
  default void write(String path, byte[] content) {
    fs().write(at(path), content);
  }

  /// The content of a file, as text.
  default String read(String path) {
    return new String(fs().read(at(path)), UTF_8);
  }

  /// Moves a name, and replaces what is in its way.
  default void rename(String from, String to) {
    fs().rename(at(from), at(to), RenameMode.REPLACE);
  }

  /// Makes a symbolic link.
  default void symlink(String path, String target) {
    fs().symlink(at(path), LinkTarget.of(target));
  }

  /// Attributes; a symbolic link at the end is followed.
  default Attributes stat(String path) {
    return fs().stat(at(path));
  }

  /// Makes something of this kind, with an inside if it has one.
  default void make(Kind kind, String path) {
    switch (kind) {
      case NOTHING -> {}
      case FILE -> write(path, "file " + path);
      case EMPTY -> mkdir(path);
      case FULL -> {
        mkdir(path);
        write(path + "/inside", "inside " + path);
      }
      case LINK -> {
        write(path + ".target", "target of " + path);
        symlink(path, path.substring(path.lastIndexOf('/') + 1) + ".target");
      }
      case DANGLING -> symlink(path, "nowhere");
      case DIRECTORY_LINK -> {
        mkdir(path + ".target");
        symlink(path, path.substring(path.lastIndexOf('/') + 1) + ".target");
      }
    }
  }

  /// Bytes that look random and are the same for the same seed.
  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// This length, or the largest content if that is less.
  default int fitting(int length) {
    return (int) Math.min(length, largestContent());
  }

  // ---- expecting

  /// Starts a statement about what is at a path of this case.
  default PathAssert assertThatPath(String path) {
    return new PathAssert(fs(), at(path));
  }

  /// The action must fail with this status, or as this variant shows it.
  default void assertFails(FsStatus status, ThrowingCallable action) {
    Throwable thrown = catchThrowable(action);
    assertThat(thrown).as("expected %s", status).isInstanceOf(FsException.class);
    FsException failure = (FsException) thrown;
    assertThat(failure.status()).as(String.valueOf(failure.getMessage())).isEqualTo(shown(status));
  }

  /// The action must succeed if the status is OK, else fail with it.
  default void assertEnds(FsStatus status, ThrowingCallable action) {
    if (status == FsStatus.OK) {
      assertThat(catchThrowable(action)).isNull();
    } else {
      assertFails(status, action);
    }
  }

  // ---- what a variant may lack

  /// What becomes of a status on its way through this variant: some have fewer words.
  default FsStatus shown(FsStatus status) {
    return status;
  }

  /// The largest content that a file can have here, in bytes.
  default long largestContent() {
    return 1L << 60;
  }

  /// Whether names can be bytes that are not UTF-8.
  default boolean hasNamesOfAnyBytes() {
    return true;
  }

  /// Whether targets of symbolic links keep slashes that mean nothing.
  default boolean keepsIdleSlashesOfTargets() {
    return true;
  }

  /// Whether a time can be set to the one that it is on the server.
  default boolean hasTimeOfServer() {
    return true;
  }
}
