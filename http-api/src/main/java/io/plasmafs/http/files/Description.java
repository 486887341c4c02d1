package io.plasmafs.http.files;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.XattrName;
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
    List<Outcome> outcomes =
        scope
            .namespace()
            .execute(
                List.of(
                    new Operation.Stat(where, follow), new Operation.ListXattrs(where, follow)));
    Attributes attributes = ((Outcome.Inode) outcomes.get(0)).attributes();
    JsonObject out =
        AttributesJson.add(new JsonObject().put("path", PathText.format(path)), attributes);
    if (attributes.isSymlink()) {
      out.put("target", scope.namespace().readLink(path).toString());
    }
    JsonObject xattrs = new JsonObject();
    for (XattrName name : ((Outcome.Names) outcomes.get(1)).names()) {
      Outcome.Value value =
          (Outcome.Value)
              scope
                  .namespace()
                  .execute(new Operation.GetXattr(Location.of(attributes.inode()), false, name));
      xattrs.put(name.toString(), value(value.bytes().unsafeArray()));
    }
    out.put("xattrs", xattrs);
    exchange.header("Cache-Control", "no-cache").send(200, out);
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
