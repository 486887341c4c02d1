package io.plasmafs.http.files;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// Everything known about an object but its content (`?stat`): attributes, extended attributes, and
/// where a symbolic link points. A link at the end of the path is followed unless `?nofollow`.
final class Description {
  private Description() {}

  static void send(Exchange exchange, Scope scope, FsPath path) throws IOException {
    exchange.query().allow("stat", "nofollow");
    boolean follow = !exchange.query().flag("nofollow");
    Location where = Location.of(path);
    Answer answer =
        Answers.of(
            scope.namespace(),
            List.of(new Operation.Stat(where, follow), new Operation.ListXattrs(where, follow)));
    List<Outcome> outcomes = answer.outcomes();
    // Who may not read the file may see its attributes all the same, but not the extended ones.
    if (answer.failure().isPresent()
        && (outcomes.isEmpty() || answer.failure().get().cause().status() != FsStatus.EACCES)) {
      throw answer.failure().get().cause();
    }
    Attributes attributes = ((Outcome.Inode) outcomes.get(0)).attributes();
    JsonObject out =
        AttributesJson.add(new JsonObject().put("path", PathText.format(path)), attributes);
    if (attributes.isSymlink()) {
      out.put("target", value(scope.namespace().readLink(path).bytes()));
    }
    if (outcomes.size() == 2) {
      List<XattrName> names = ((Outcome.Names) outcomes.get(1)).names();
      out.put("xattrs", xattrs(scope, attributes.inode(), names));
    }
    exchange.header("Cache-Control", "no-cache").send(200, out);
  }

  private static JsonObject xattrs(Scope scope, InodeId inode, List<XattrName> names) {
    JsonObject xattrs = new JsonObject();
    for (XattrName name : names) {
      Outcome.Value value =
          (Outcome.Value)
              scope.namespace().execute(new Operation.GetXattr(Location.of(inode), false, name));
      String text = new String(name.bytes(), StandardCharsets.UTF_8);
      xattrs.put(text, value(value.bytes().unsafeArray()));
    }
    return xattrs;
  }

  /// Text where it is text, else Base64.
  private static Object value(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return new JsonObject().put("base64", Base64.getEncoder().encodeToString(bytes));
    }
  }
}
