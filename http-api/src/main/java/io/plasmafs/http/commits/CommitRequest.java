package io.plasmafs.http.commits;

import io.plasmafs.http.exchange.JsonInput;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.exchange.Query;
import io.plasmafs.http.files.FilePath;
import io.plasmafs.http.files.MetadataPatch;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.RenameMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a commit is to find and to do, read from JSON:
///
/// ```
/// {"require": [...],
///  "ops": [{"put": "/a", "inline": "<base64>", "mode": "0644", "type": "text/plain"},
///          {"put": "/a", "text": "..."}, {"put": "/b", "upload": "<id>"},
///          {"mkdir": "/d", "parents": true}, {"move": "/x", "to": "/y", "noreplace": true},
///          {"copy": "/x", "to": "/y"}, {"delete": "/z", "recursive": true},
///          {"setattr": "/a", "mode": "0600"}, {"link": "/a", "to": "/b"},
///          {"symlink": "/l", "target": "a"}]}
/// ```
///
/// Paths are plain text, not percent-encoded. A path can be put once.
///
/// @param requirements checked by the commit
record CommitRequest(List<Operation> requirements, List<Step> steps) {
  private static final int MAX_STEPS = 30_000;
  private static final int FILE_MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;

  /// Reads a request.
  ///
  /// @throws Problem 400 if it makes no sense, 413 if it has too many operations
  static CommitRequest of(JsonInput request) {
    request.allow("require", "ops");
    List<JsonInput> ops = request.objects("ops");
    if (ops.size() > MAX_STEPS) {
      throw Problem.tooLarge(
          ops.size()
              + " operations, but "
              + MAX_STEPS
              + " can be in one request: a transaction"
              + " takes any number");
    }
    List<Step> steps = new ArrayList<>(ops.size());
    Set<FsPath> put = new HashSet<>();
    for (JsonInput op : ops) {
      Step step = step(op);
      if (op.has("put") && !put.add(path(op, "put"))) {
        throw Problem.badRequest(op.place() + ": " + op.requiredText("put") + " is put twice");
      }
      steps.add(step);
    }
    return new CommitRequest(Requirements.of(request), steps);
  }

  private static Step step(JsonInput op) {
    for (String kind : op.names()) {
      switch (kind) {
        case "put" -> {
          return put(op);
        }
        case "mkdir" -> {
          op.allow("mkdir", "mode", "parents");
          return plain(
              new Operation.MakeDirectory(
                  where(op, "mkdir"), mode(op, DIRECTORY_MODE), op.flag("parents")));
        }
        case "move" -> {
          return move(op);
        }
        case "copy" -> {
          op.allow("copy", "to", "noreplace");
          return new Step.Copy(path(op, "copy"), path(op, "to"), op.flag("noreplace"));
        }
        case "delete" -> {
          op.allow("delete", "recursive");
          return op.flag("recursive")
              ? plain(new Operation.RemoveTree(where(op, "delete")))
              : new Step.Delete(path(op, "delete"));
        }
        case "setattr" -> {
          List<String> members = new ArrayList<>(MetadataPatch.MEMBERS);
          members.add("setattr");
          op.allow(members.toArray(new String[0]));
          return new Step.SetAttributes(path(op, "setattr"), MetadataPatch.of(op));
        }
        case "link" -> {
          op.allow("link", "to");
          return plain(new Operation.Link(where(op, "link"), where(op, "to")));
        }
        case "symlink" -> {
          op.allow("symlink", "target");
          return plain(
              new Operation.MakeSymlink(
                  where(op, "symlink"), LinkTarget.of(op.requiredText("target"))));
        }
        default -> {}
      }
    }
    throw Problem.badRequest(
        op.place() + ": one of put, mkdir, move, copy, delete, setattr, link, symlink is expected");
  }

  private static Step plain(Operation operation) {
    return new Step.Plain(operation);
  }

  private static Step put(JsonInput op) {
    op.allow("put", "inline", "text", "upload", "mode", "type");
    FsPath path = path(op, "put");
    int mode = mode(op, FILE_MODE);
    Optional<String> type = op.text("type");
    if (type.isPresent() && !ContentTypes.isWorthStoring(type.get())) {
      throw op.wrong("type", "a media type");
    }
    if ((op.has("inline") ? 1 : 0) + (op.has("text") ? 1 : 0) + (op.has("upload") ? 1 : 0) != 1) {
      throw Problem.badRequest(op.place() + ": exactly one of inline, text, upload is expected");
    }
    if (op.has("upload")) {
      return new Step.Publish(path, op.requiredText("upload"), mode, type);
    }
    ByteBuffer content =
        op.has("text")
            ? StandardCharsets.UTF_8.encode(op.requiredText("text"))
            : ByteBuffer.wrap(base64(op));
    return new Step.Put(path, content, mode, type);
  }

  private static byte[] base64(JsonInput op) {
    try {
      return Base64.getDecoder().decode(op.requiredText("inline"));
    } catch (IllegalArgumentException e) {
      throw op.wrong("inline", "Base64");
    }
  }

  private static Step move(JsonInput op) {
    op.allow("move", "to", "noreplace", "exchange");
    if (op.flag("noreplace") && op.flag("exchange")) {
      throw Problem.badRequest(op.place() + ": noreplace and exchange contradict each other");
    }
    RenameMode how =
        op.flag("exchange")
            ? RenameMode.EXCHANGE
            : op.flag("noreplace") ? RenameMode.NO_REPLACE : RenameMode.REPLACE;
    return plain(new Operation.Rename(where(op, "move"), where(op, "to"), how));
  }

  private static int mode(JsonInput op, int standard) {
    return op.text("mode").map(Query::parseMode).orElse(standard);
  }

  private static Location where(JsonInput op, String name) {
    return Location.of(path(op, name));
  }

  private static FsPath path(JsonInput op, String name) {
    return FilePath.checked(FsPath.of(op.requiredText(name)));
  }
}
