package io.plasmafs.http.commits;

import io.plasmafs.http.exchange.JsonInput;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.Requirement;
import java.util.ArrayList;
import java.util.List;

/// What a commit must find, as JSON says it: a list of
///
/// - `{"path": "/a", "etag": "\"12-34\""}`: this content of a file; of a directory, these entries
///   (also spelled `entries`)
/// - `{"path": "/a", "version": 34}`: this version of everything about it
/// - `{"path": "/a", "present": true}` or `"absent": true`
public final class Requirements {
  private static final int MOST = 10_000;

  private Requirements() {}

  /// Reads the member `require` of a request.
  ///
  /// @throws Problem 400 if it makes no sense
  public static List<Operation> of(JsonInput request) {
    List<JsonInput> list = request.objects("require");
    if (list.size() > MOST) {
      throw Problem.tooLarge("more than " + MOST + " requirements");
    }
    List<Operation> requirements = new ArrayList<>();
    for (JsonInput one : list) {
      requirements.add(one(one));
    }
    return requirements;
  }

  private static Operation one(JsonInput one) {
    one.allow("path", "etag", "entries", "version", "present", "absent");
    if (one.names().size() != 2) {
      throw Problem.badRequest(
          one.place() + ": path, and one of etag, entries, version, present, absent are expected");
    }
    Location where = Location.of(FsPath.of(one.requiredText("path")));
    if (one.has("etag") || one.has("entries")) {
      String name = one.has("etag") ? "etag" : "entries";
      return content(one, name, where);
    }
    if (one.has("version")) {
      long version = one.number("version", 1, Long.MAX_VALUE).orElseThrow();
      return new Operation.Require(where, Requirement.VERSION, InodeId.NONE, version);
    }
    boolean present = one.flag("present");
    if (!present && !one.flag("absent")) {
      throw one.wrong(one.has("present") ? "present" : "absent", "true");
    }
    return new Operation.Require(
        where, present ? Requirement.PRESENT : Requirement.ABSENT, InodeId.NONE, 0);
  }

  private static Operation content(JsonInput one, String name, Location where) {
    EntityTag tag = EntityTag.parse(one.requiredText(name));
    String[] parts = tag.opaque().split("-", -1);
    try {
      if (parts.length == 2 && !tag.weak()) {
        return new Operation.Require(
            where,
            Requirement.CONTENT_VERSION,
            new InodeId(Long.parseLong(parts[0])),
            Long.parseLong(parts[1]));
      }
    } catch (NumberFormatException e) {
      throw one.wrong(name, "an entity tag that this server made");
    }
    throw one.wrong(name, "an entity tag that this server made");
  }
}
