package io.plasmafs.webdav.xml;

/// A name in a namespace.
///
/// @param namespace URI; empty for none
public record XmlName(String namespace, String local) {
  /// The namespace of everything that RFC 4918 defines.
  public static final String DAV = "DAV:";

  /// The namespace of the prefix `xml`.
  public static final String XML = "http://www.w3.org/XML/1998/namespace";

  /// The attribute that says in which language something is.
  public static final XmlName LANG = new XmlName(XML, "lang");

  /// A name of RFC 4918.
  public static XmlName dav(String local) {
    return new XmlName(DAV, local);
  }

  /// As `{namespace}local`.
  @Override
  public String toString() {
    return "{" + namespace + "}" + local;
  }
}
