package io.plasmafs.webdav.property;

import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.lock.Lock;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import java.util.List;
import java.util.Map;

/// What the properties of a resource are made of.
///
/// @param attributes of what the path leads to
/// @param dead properties that clients set; empty if nobody asked for any
/// @param locks whose scope it is in; empty if nobody asked for them
public record Resource(
    FsPath path, Attributes attributes, Map<XmlName, XmlElement> dead, List<Lock> locks) {

  /// The media type of a file: as stored with it, else by its name.
  public String contentType() {
    XmlElement stored = dead.get(LiveProperties.CONTENT_TYPE);
    return stored == null ? ContentTypes.byName(path.last()) : stored.text();
  }
}
