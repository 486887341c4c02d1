package io.plasmafs.webdav.xml;

/// A body that is no well-formed XML, or not what the method expects. To be answered with 400.
public final class BadXmlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// A complaint about the body.
  public BadXmlException(String message) {
    super(message);
  }
}
