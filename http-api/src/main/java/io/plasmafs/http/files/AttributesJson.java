package io.plasmafs.http.files;

import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import java.util.Locale;

/// Attributes of an object, as every answer of JSON shows them.
final class AttributesJson {
  private AttributesJson() {}

  /// Adds them to `out`.
  static JsonObject add(JsonObject out, Attributes attributes) {
    out.put("type", attributes.type().name().toLowerCase(Locale.ROOT))
        .put("inode", attributes.inode().value())
        .put("size", attributes.size())
        .put("mode", String.format("%04o", attributes.mode()))
        .put("owner", attributes.owner())
        .put("group", attributes.group())
        .put("mtime", attributes.mtime().toString())
        .put("ctime", attributes.ctime().toString())
        .put("birth", attributes.birth().toString())
        .put("nlink", attributes.nlink())
        .put("replication", attributes.replication())
        .put("version", attributes.version());
    EntityTag.of(attributes).ifPresent(tag -> out.put("etag", tag.toString()));
    return out;
  }
}
