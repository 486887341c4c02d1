package io.plasmafs.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.testkit.contract.FilesystemUnderTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Function;

/// Each change as a commit in one request, `POST /v1/commit`.
final class HttpCommitsUnderTest extends HttpUnderTest {

  HttpCommitsUnderTest(HttpCaller http, Function<Principal, FilesystemUnderTest> others) {
    super(http, "/v1/fs", others);
  }

  private static String text(FsPath path) {
    return new String(path.bytes(), StandardCharsets.UTF_8);
  }

  private static ObjectNode op(String kind, FsPath path) {
    return HttpCaller.object().put(kind, text(path));
  }

  private void commit(ObjectNode op) {
    ObjectNode commit = HttpCaller.object();
    commit.putArray("ops").add(op);
    send(commit);
  }

  private void send(ObjectNode commit) {
    byte[] unused =
        http().send("POST", "/v1/commit", commit.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void mkdir(FsPath path, int mode) {
    commit(op("mkdir", path).put("mode", Integer.toOctalString(mode)));
  }

  @Override
  public void mkdirs(FsPath path) {
    commit(op("mkdir", path).put("parents", true));
  }

  @Override
  public void unlink(FsPath path) {
    delete(path, false);
  }

  @Override
  public void rmdir(FsPath path) {
    delete(path, true);
  }

  /// A delete takes both, so what is there is looked at before.
  private void delete(FsPath path, boolean directory) {
    if (lstat(path).isDirectory() != directory) {
      throw new FsException(directory ? FsStatus.ENOTDIR : FsStatus.EISDIR, path.toString());
    }
    commit(op("delete", path));
  }

  @Override
  public void removeTree(FsPath path) {
    commit(op("delete", path).put("recursive", true));
  }

  @Override
  public void rename(FsPath from, FsPath to, RenameMode how) {
    ObjectNode move = op("move", from).put("to", text(to));
    switch (how) {
      case REPLACE -> {}
      case NO_REPLACE -> move.put("noreplace", true);
      case EXCHANGE -> move.put("exchange", true);
    }
    commit(move);
  }

  @Override
  public void link(FsPath existing, FsPath path) {
    commit(op("link", existing).put("to", text(path)));
  }

  @Override
  public void symlink(FsPath path, LinkTarget target) {
    commit(op("symlink", path).put("target", new String(target.bytes(), StandardCharsets.UTF_8)));
  }

  /// A file that must be absent.
  @Override
  public void create(FsPath path, int mode) {
    ObjectNode commit = HttpCaller.object();
    commit.putArray("require").addObject().put("path", text(path)).put("absent", true);
    commit
        .putArray("ops")
        .add(op("put", path).put("text", "").put("mode", Integer.toOctalString(mode)));
    try {
      send(commit);
    } catch (FsException e) {
      // That a directory cannot be put is told before conditions are, which are the commit's.
      boolean exists =
          e.status() == FsStatus.EISDIR
              || e.conflicts().stream().anyMatch(one -> one.kind() == Conflict.Kind.PRESENT);
      throw exists ? new FsException(FsStatus.EEXIST, String.valueOf(e.getMessage())) : e;
    }
  }

  @Override
  public void write(FsPath path, byte[] content) {
    commit(op("put", path).put("inline", Base64.getEncoder().encodeToString(content)));
  }

  @Override
  void change(FsPath path, ObjectNode patch) {
    patch.put("setattr", text(path));
    commit(patch);
  }

  @Override
  public void removeXattr(FsPath path, XattrName name) {
    byte[] unused = getXattr(path, name);
    change(path, patch(HttpCaller.object(), name));
  }
}
