package io.plasmafs.webdav;

import io.plasmafs.webdav.property.LiveProperties;
import io.plasmafs.webdav.property.Resource;
import io.plasmafs.webdav.xml.BadXmlException;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a PROPFIND asks for (RFC 4918 section 14.20).
///
/// @param named the properties of `prop`, or of `include` beside `allprop`
record PropfindBody(Kind kind, Set<XmlName> named) {
  private static final XmlName PROPFIND = XmlName.dav("propfind");

  enum Kind {
    ALLPROP,
    PROPNAME,
    PROP
  }

  /// @param body of the request; without one, it is `allprop`
  static PropfindBody of(Optional<XmlElement> body) {
    if (body.isEmpty()) {
      return new PropfindBody(Kind.ALLPROP, Set.of());
    }
    if (!body.get().name().equals(PROPFIND)) {
      throw new BadXmlException("expected " + PROPFIND + ", found " + body.get().name());
    }
    Set<XmlName> named = new LinkedHashSet<>();
    Kind kind = null;
    for (XmlElement child : body.get().children()) {
      if (!child.name().namespace().equals(XmlName.DAV)) {
        continue; // Extensions are ignored (RFC 4918 section 17).
      }
      Kind found =
          switch (child.name().local()) {
            case "allprop" -> Kind.ALLPROP;
            case "propname" -> Kind.PROPNAME;
            case "prop" -> Kind.PROP;
            default -> null;
          };
      if (found != null && kind != null) {
        throw new BadXmlException("propfind has more than one of allprop, propname and prop");
      }
      kind = found == null ? kind : found;
      if (found == Kind.PROP || child.name().local().equals("include")) {
        child.children().forEach(property -> named.add(property.name()));
      }
    }
    if (kind == null) {
      throw new BadXmlException("propfind has none of allprop, propname and prop");
    }
    return new PropfindBody(kind, named);
  }

  boolean namesOnly() {
    return kind == Kind.PROPNAME;
  }

  /// Whether a property that is not there is to be mentioned.
  boolean isByName() {
    return kind == Kind.PROP;
  }

  boolean wants(XmlName property) {
    return kind == Kind.ALLPROP || named.contains(property);
  }

  /// Whether it is worth looking for properties that clients set.
  boolean wantsDead() {
    return kind != Kind.PROP
        || named.contains(LiveProperties.DISPLAY_NAME)
        || named.contains(LiveProperties.CONTENT_TYPE)
        || named.stream().anyMatch(name -> !LiveProperties.isLive(name));
  }

  /// The names to be looked for at one resource.
  Iterable<XmlName> names(Resource resource) {
    Set<XmlName> names = new LinkedHashSet<>();
    switch (kind) {
      case PROP -> {
        return named;
      }
      case ALLPROP -> names.addAll(LiveProperties.ofAllprop());
      case PROPNAME -> names.addAll(LiveProperties.names());
    }
    names.addAll(resource.dead().keySet());
    names.addAll(named);
    return List.copyOf(names);
  }
}
