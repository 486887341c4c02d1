package io.plasmafs.webdav.property;

import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.http.semantics.HttpDate;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Turns a client's changes of properties into operations, in their order. Some live properties can
/// be set: what desktops and copying programs use to keep times and the executable bit.
///
/// | Property | Effect |
/// |---|---|
/// | `DAV:getlastmodified`, `DAV:lastmodified` | time of the last change of content |
/// | `Win32LastModifiedTime`, `Win32CreationTime` | the same, time of creation; kept as given too |
/// | `DAV:getcontenttype` | the media type stored with the file |
/// | `executable` of mod_dav | permission bits |
/// | `DAV:displayname` and all that is not live | kept as given |
public final class PropertyUpdate {
  private static final String WIN32 = "urn:schemas-microsoft-com:";
  private static final XmlName WIN32_MODIFIED = new XmlName(WIN32, "Win32LastModifiedTime");
  private static final XmlName WIN32_CREATED = new XmlName(WIN32, "Win32CreationTime");
  private static final XmlName MODIFIED = XmlName.dav("lastmodified");

  private final Location where;
  private final Attributes target;
  private final Set<XmlName> present;
  private final List<Operation> operations = new ArrayList<>();
  private int mode;

  /// An update of one resource.
  ///
  /// @param present the names of properties that it has by clients' wish
  public PropertyUpdate(Attributes target, Set<XmlName> present) {
    this.where = Location.of(target.inode());
    this.target = target;
    this.present = new HashSet<>(present);
    this.mode = target.mode();
  }

  /// What became of one instruction.
  public enum Result {
    DONE,
    /// The property is the server's own.
    PROTECTED,
    /// The value makes no sense for this property.
    BAD_VALUE
  }

  /// Sets a property.
  ///
  /// @throws io.plasmafs.model.FsException EFBIG if it is too large
  public Result set(XmlElement property) {
    XmlName name = property.name();
    String text = property.text().strip();
    if (name.equals(LiveProperties.LAST_MODIFIED) || name.equals(MODIFIED)) {
      return time(text, AttributeChanges.NONE::withMtime);
    }
    if (name.equals(LiveProperties.EXECUTABLE)) {
      return executable(text);
    }
    if (name.equals(LiveProperties.CONTENT_TYPE)) {
      return contentType(text);
    }
    if (LiveProperties.isLive(name) && !name.equals(LiveProperties.DISPLAY_NAME)) {
      return Result.PROTECTED;
    }
    Result result = Result.DONE;
    if (name.equals(WIN32_MODIFIED)) {
      result = time(text, AttributeChanges.NONE::withMtime);
    } else if (name.equals(WIN32_CREATED)) {
      result = time(text, AttributeChanges.NONE::withBirth);
    }
    operations.add(DeadProperties.set(where, property));
    present.add(name);
    return result;
  }

  /// Removes a property; one that is not there is none to complain about.
  public Result remove(XmlName name) {
    if (LiveProperties.isLive(name) && !name.equals(LiveProperties.DISPLAY_NAME)) {
      return Result.PROTECTED;
    }
    if (present.remove(name)) {
      operations.add(new Operation.RemoveXattr(where, true, DeadProperties.attribute(name)));
    }
    return Result.DONE;
  }

  private Result time(String text, Function<TimeChange, AttributeChanges> change) {
    Optional<Instant> time = parseTime(text);
    time.ifPresent(t ->
        operations.add(new Operation.SetAttributes(where, true, change.apply(TimeChange.to(t)))));
    return time.isPresent() ? Result.DONE : Result.BAD_VALUE;
  }

  /// A date of HTTP, of RFC 3339, or seconds since 1970.
  public static Optional<Instant> parseTime(String text) {
    Optional<Instant> date = HttpDate.parse(text);
    if (date.isPresent()) {
      return date;
    }
    try {
      return Optional.of(
          text.matches("-?[0-9]{1,12}")
              ? Instant.ofEpochSecond(Long.parseLong(text))
              : OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private Result executable(String text) {
    if (target.isDirectory() || !(text.equals("T") || text.equals("F"))) {
      return Result.BAD_VALUE;
    }
    mode = text.equals("T") ? mode | (mode & 0444) >> 2 : mode & ~0111;
    operations.add(new Operation.SetAttributes(where, true, AttributeChanges.NONE.withMode(mode)));
    return Result.DONE;
  }

  private Result contentType(String text) {
    if (target.isDirectory() || !ContentTypes.isSafe(text)) {
      return Result.BAD_VALUE;
    }
    operations.add(
        new Operation.SetXattr(
            where,
            true,
            XattrMode.SET,
            ContentTypes.ATTRIBUTE,
            Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII))));
    return Result.DONE;
  }

  /// What is to be run, all or none.
  public List<Operation> operations() {
    return List.copyOf(operations);
  }
}
