package io.plasmafs.http.exchange;

import io.plasmafs.http.semantics.HttpStatusOf;
import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A failure as clients see it: `application/problem+json` (RFC 9457).
///
/// What the filesystem reports keeps the name of its status in `type`; ECONFLICT lists each thing
/// that stood in the way: path, kind, expected and found version, who, and for how long.
public final class Problem extends Refusal {
  private static final long serialVersionUID = 1L;
  private static final String RETRY_AFTER_SECONDS = "1";

  private final int status;
  private final transient JsonObject body;
  private final transient Map<String, String> headers = new LinkedHashMap<>();

  private Problem(int status, String type, String title, String detail) {
    super(detail);
    this.status = status;
    this.body =
        new JsonObject()
            .put("type", "urn:plasmafs:problem:" + type)
            .put("title", title)
            .put("status", status)
            .put("detail", detail);
    if (status == 503) {
      headers.put("Retry-After", RETRY_AFTER_SECONDS);
    }
  }

  /// A failure that has a type of its own.
  ///
  /// @param type last part of the problem's URN, in small letters
  public static Problem of(int status, String type, String title, String detail) {
    return new Problem(status, type, title, detail);
  }

  /// 400: the request makes no sense; the detail says why.
  public static Problem badRequest(String detail) {
    return new Problem(400, "bad-request", "the request makes no sense", detail);
  }

  /// 404: there is no such thing.
  public static Problem notFound(String detail) {
    return new Problem(404, "not-found", "not found", detail);
  }

  /// 412: a condition of the request does not hold.
  public static Problem preconditionFailed(String detail) {
    return new Problem(412, "precondition-failed", "a condition does not hold", detail);
  }

  /// 413: more than this server takes.
  public static Problem tooLarge(String detail) {
    return new Problem(413, "too-large", "the request is too large", detail);
  }

  /// 415: a body of a kind that is not understood here.
  public static Problem unsupportedMediaType(String detail) {
    return new Problem(415, "unsupported-media-type", "this kind of body is not taken", detail);
  }

  /// What the filesystem reports.
  public static Problem of(FsException failure) {
    return of(HttpStatusOf.failure(failure.status()), failure);
  }

  /// What the filesystem reports of a commit whose conditions did not hold: 412.
  public static Problem ofFailedConditions(FsException failure) {
    return of(412, failure);
  }

  /// Whether nothing but conditions stood in the way of a commit.
  public static boolean isFailedConditions(FsException failure) {
    return failure.status() == FsStatus.ECONFLICT
        && !failure.conflicts().isEmpty()
        && failure.conflicts().stream().allMatch(Problem::isCondition);
  }

  private static Problem of(int status, FsException failure) {
    Problem problem =
        new Problem(
            status,
            failure.status().name().toLowerCase(Locale.ROOT),
            failure.status().text(),
            String.valueOf(failure.getMessage()));
    if (!failure.conflicts().isEmpty()) {
      List<JsonObject> conflicts = new ArrayList<>();
      for (Conflict conflict : failure.conflicts()) {
        conflicts.add(describe(conflict));
      }
      problem.with("conflicts", conflicts);
    }
    return problem;
  }

  private static boolean isCondition(Conflict conflict) {
    return switch (conflict.kind()) {
      case VERSION, CONTENT_VERSION, PRESENT, ABSENT -> true;
      case INODE_LOCKED, NAME_EXISTS, NAME_CREATING, NAME_REMOVING, CHANGED -> false;
    };
  }

  private static JsonObject describe(Conflict conflict) {
    JsonObject out =
        new JsonObject()
            .put("kind", conflict.kind().name().toLowerCase(Locale.ROOT))
            .put("path", conflict.path().toString())
            .put("inode", conflict.inode().value())
            .put("expected", conflict.expected())
            .put("found", conflict.found());
    if (!conflict.user().isEmpty()) {
      out.put("user", conflict.user());
    }
    if (conflict.ageMillis() >= 0) {
      out.put("heldMillis", conflict.ageMillis());
    }
    return out;
  }

  /// The problem that a failure is, whatever it is; absent detail where the cause is ours.
  static Problem from(Throwable failure) {
    return switch (failure) {
      case Problem problem -> problem;
      case FsException fs -> of(fs);
      case io.plasmafs.client.PlasmaIOException io -> of(io.failure());
      case MalformedHeader malformed -> badRequest(String.valueOf(malformed.getMessage()));
      case BodyBroken broken -> badRequest(String.valueOf(broken.getMessage()));
      default ->
          new Problem(500, "internal", "the server failed", "the server failed; its log says why");
    };
  }

  /// Adds a member to the body.
  public Problem with(String member, Object value) {
    body.put(member, value);
    return this;
  }

  /// Adds a header to the answer.
  public Problem withHeader(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /// The status of the answer.
  public int status() {
    return status;
  }

  JsonObject body() {
    return body;
  }

  Map<String, String> headers() {
    return headers;
  }
}
