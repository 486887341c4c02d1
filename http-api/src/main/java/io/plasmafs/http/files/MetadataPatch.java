package io.plasmafs.http.files;

import io.plasmafs.client.Namespace;
import io.plasmafs.http.exchange.JsonInput;
import io.plasmafs.http.exchange.Query;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Changes of attributes as a JSON merge patch (RFC 7396) states them: `mode` (octal text),
/// `owner`, `group`, `mtime` and `birth` (RFC 3339), `replication`, and `xattrs`: of each name its
/// text, an object with `base64`, or null to take it away.
public final class MetadataPatch {
  /// The members that a patch can have.
  public static final List<String> MEMBERS =
      List.of("mode", "owner", "group", "mtime", "birth", "replication", "xattrs");

  private static final int MAX_REPLICATION = 64;

  private record Xattr(XattrName name, Bytes value) {}

  private final AttributeChanges changes;
  private final List<Xattr> set;
  private final Set<XattrName> removed;

  private MetadataPatch(AttributeChanges changes, List<Xattr> set, Set<XattrName> removed) {
    this.changes = changes;
    this.set = set;
    this.removed = removed;
  }

  /// Reads a patch from the members of an object, which may have others beside.
  ///
  /// @throws io.plasmafs.http.exchange.Problem 400 if one makes no sense
  public static MetadataPatch of(JsonInput patch) {
    AttributeChanges changes = AttributeChanges.NONE;
    if (patch.has("mode")) {
      changes = changes.withMode(Query.parseMode(patch.requiredText("mode")));
    }
    if (patch.has("owner")) {
      changes = changes.withOwner(patch.requiredText("owner"));
    }
    if (patch.has("group")) {
      changes = changes.withGroup(patch.requiredText("group"));
    }
    if (patch.has("mtime")) {
      changes = changes.withMtime(time(patch, "mtime"));
    }
    if (patch.has("birth")) {
      changes = changes.withBirth(time(patch, "birth"));
    }
    if (patch.has("replication")) {
      changes =
          changes.withReplication(
              patch.number("replication", 1, MAX_REPLICATION).orElseThrow().intValue());
    }
    List<Xattr> set = new ArrayList<>();
    Set<XattrName> removed = new HashSet<>();
    if (patch.has("xattrs")) {
      JsonInput xattrs = patch.object("xattrs").orElseThrow();
      for (String name : xattrs.names()) {
        if (xattrs.isNull(name)) {
          removed.add(XattrName.of(name));
        } else {
          set.add(new Xattr(XattrName.of(name), value(xattrs, name)));
        }
      }
    }
    return new MetadataPatch(changes, set, removed);
  }

  private static TimeChange time(JsonInput patch, String name) {
    try {
      return TimeChange.to(Instant.parse(patch.requiredText(name)));
    } catch (DateTimeException e) {
      throw patch.wrong(name, "a time like 2026-11-21T12:00:00Z");
    }
  }

  private static Bytes value(JsonInput xattrs, String name) {
    if (xattrs.isText(name)) {
      return Bytes.wrap(xattrs.requiredText(name).getBytes(StandardCharsets.UTF_8));
    }
    JsonInput object = xattrs.object(name).orElseThrow().allow("base64");
    try {
      return Bytes.wrap(Base64.getDecoder().decode(object.requiredText("base64")));
    } catch (IllegalArgumentException e) {
      throw object.wrong("base64", "Base64");
    }
  }

  /// What has to be done with the object at `where`.
  ///
  /// @param namespace where it is, to see which attributes there are
  public List<Operation> operations(Namespace namespace, Location where) {
    List<Operation> operations = new ArrayList<>();
    if (!removed.isEmpty()) {
      List<XattrName> present =
          ((Outcome.Names) namespace.execute(new Operation.ListXattrs(where, true))).names();
      for (XattrName name : present) {
        if (removed.contains(name)) {
          operations.add(new Operation.RemoveXattr(where, true, name));
        }
      }
    }
    for (Xattr xattr : set) {
      operations.add(
          new Operation.SetXattr(where, true, XattrMode.SET, xattr.name(), xattr.value()));
    }
    // Last, and even if it changes nothing: it answers the attributes.
    operations.add(new Operation.SetAttributes(where, true, changes));
    return operations;
  }
}
