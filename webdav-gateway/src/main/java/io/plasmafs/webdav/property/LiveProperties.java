package io.plasmafs.webdav.property;

import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.http.semantics.HttpDate;
import io.plasmafs.model.Name;
import io.plasmafs.webdav.header.Depth;
import io.plasmafs.webdav.lock.Lock;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlElement.Content;
import io.plasmafs.webdav.xml.XmlName;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Properties that the filesystem's own attributes answer: those of RFC 4918 section 15, the quota
/// of RFC 4331, and `executable` as Apache's mod_dav has it.
public final class LiveProperties {
  /// `executable` of mod_dav: `T` or `F`.
  public static final XmlName EXECUTABLE =
      new XmlName("http://apache.org/dav/props/", "executable");

  /// The name shown to people.
  public static final XmlName DISPLAY_NAME = XmlName.dav("displayname");

  /// The media type.
  public static final XmlName CONTENT_TYPE = XmlName.dav("getcontenttype");

  /// The time of the last change of content.
  public static final XmlName LAST_MODIFIED = XmlName.dav("getlastmodified");

  /// The locks on a resource.
  public static final XmlName LOCK_DISCOVERY = XmlName.dav("lockdiscovery");

  private static final XmlName QUOTA_AVAILABLE = XmlName.dav("quota-available-bytes");
  private static final XmlName QUOTA_USED = XmlName.dav("quota-used-bytes");

  private static final Set<XmlName> NAMES =
      new LiveProperties(InstantSource.system(), () -> new Quota(0, 0), Lock::token).table.keySet();
  private static final Set<XmlName> OF_ALLPROP =
      NAMES.stream()
          .filter(name -> !name.equals(QUOTA_AVAILABLE) && !name.equals(QUOTA_USED))
          .collect(Collectors.toCollection(LinkedHashSet::new));

  private final Map<XmlName, Function<Resource, Optional<XmlElement>>> table =
      new LinkedHashMap<>();

  /// @param quota asked only if somebody asks for it
  /// @param href the path of a URL for the root of a lock
  public LiveProperties(InstantSource clock, Supplier<Quota> quota, Function<Lock, String> href) {
    text("creationdate", r -> Optional.of(internetDate(r)));
    text("displayname", LiveProperties::displayName);
    text("getcontentlength", r -> ofFile(r, () -> Long.toString(r.attributes().size())));
    text("getcontenttype", r -> ofFile(r, r::contentType));
    text("getetag", r -> EntityTag.of(r.attributes()).map(EntityTag::toString));
    text("getlastmodified", r -> Optional.of(HttpDate.format(r.attributes().mtime())));
    table.put(LOCK_DISCOVERY, r -> Optional.of(lockDiscovery(r.locks(), href, clock)));
    table.put(XmlName.dav("resourcetype"), r -> Optional.of(resourceType(r)));
    table.put(XmlName.dav("supportedlock"), r -> Optional.of(supportedLock()));
    table.put(
        EXECUTABLE,
        r ->
            ofFile(r, () -> (r.attributes().mode() & 0100) != 0 ? "T" : "F")
                .map(value -> XmlElement.ofText(EXECUTABLE, value)));
    text("quota-available-bytes", r -> ofDirectory(r, () -> quota.get().availableBytes()));
    text("quota-used-bytes", r -> ofDirectory(r, () -> quota.get().usedBytes()));
  }

  private void text(String local, Function<Resource, Optional<String>> value) {
    XmlName name = XmlName.dav(local);
    table.put(name, r -> value.apply(r).map(text -> XmlElement.ofText(name, text)));
  }

  /// Whether the filesystem answers this property, for some resources at least.
  public static boolean isLive(XmlName name) {
    return NAMES.contains(name);
  }

  /// Names that `allprop` means: the quota is only for those who ask by name (RFC 4331 section 3).
  public static Set<XmlName> ofAllprop() {
    return OF_ALLPROP;
  }

  /// All names.
  public static Set<XmlName> names() {
    return NAMES;
  }

  /// The property of a resource; nothing if it has none.
  public Optional<XmlElement> value(XmlName name, Resource resource) {
    Function<Resource, Optional<XmlElement>> value = table.get(name);
    return value == null ? Optional.empty() : value.apply(resource);
  }

  private static Optional<String> ofFile(Resource resource, Supplier<String> value) {
    return resource.attributes().isDirectory() ? Optional.empty() : Optional.of(value.get());
  }

  private static Optional<String> ofDirectory(Resource resource, Supplier<Long> value) {
    return resource.attributes().isDirectory()
        ? Optional.of(Long.toString(value.get()))
        : Optional.empty();
  }

  private static String internetDate(Resource resource) {
    return resource.attributes().birth().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static Optional<String> displayName(Resource resource) {
    XmlElement set = resource.dead().get(DISPLAY_NAME);
    if (set != null) {
      return Optional.of(set.text());
    }
    List<Name> names = resource.path().names();
    return Optional.of(names.isEmpty() ? "/" : names.get(names.size() - 1).text());
  }

  private static XmlElement resourceType(Resource resource) {
    XmlName name = XmlName.dav("resourcetype");
    return resource.attributes().isDirectory()
        ? of(name, XmlElement.ofText(XmlName.dav("collection"), ""))
        : XmlElement.ofText(name, "");
  }

  private static XmlElement supportedLock() {
    return of(XmlName.dav("supportedlock"), lockEntry("exclusive"), lockEntry("shared"));
  }

  private static XmlElement lockEntry(String scope) {
    return of(
        XmlName.dav("lockentry"),
        of(XmlName.dav("lockscope"), XmlElement.ofText(XmlName.dav(scope), "")),
        writeType());
  }

  private static XmlElement writeType() {
    return of(XmlName.dav("locktype"), XmlElement.ofText(XmlName.dav("write"), ""));
  }

  /// The property `lockdiscovery`, which is also what LOCK answers.
  ///
  /// @param href the path of a URL for a path of the cluster
  public static XmlElement lockDiscovery(
      List<Lock> locks, Function<Lock, String> href, InstantSource clock) {
    return of(
        LOCK_DISCOVERY,
        locks.stream().map(lock -> activeLock(lock, href, clock)).toArray(XmlElement[]::new));
  }

  private static XmlElement activeLock(
      Lock lock, Function<Lock, String> href, InstantSource clock) {
    List<XmlElement> parts = new ArrayList<>();
    parts.add(writeType());
    parts.add(
        of(
            XmlName.dav("lockscope"),
            XmlElement.ofText(XmlName.dav(lock.exclusive() ? "exclusive" : "shared"), "")));
    parts.add(
        XmlElement.ofText(XmlName.dav("depth"), lock.depth() == Depth.INFINITY ? "infinity" : "0"));
    lock.owner().ifPresent(parts::add);
    long left = Math.max(0, Duration.between(clock.instant(), lock.expires()).toSeconds());
    parts.add(XmlElement.ofText(XmlName.dav("timeout"), "Second-" + left));
    parts.add(of(XmlName.dav("locktoken"), XmlElement.ofText(XmlName.dav("href"), lock.token())));
    parts.add(
        of(XmlName.dav("lockroot"), XmlElement.ofText(XmlName.dav("href"), href.apply(lock))));
    return of(XmlName.dav("activelock"), parts.toArray(XmlElement[]::new));
  }

  private static XmlElement of(XmlName name, XmlElement... children) {
    List<Content> contents = new ArrayList<>();
    for (XmlElement child : children) {
      contents.add(new Content.Child(child));
    }
    return new XmlElement(name, List.of(), contents);
  }
}
