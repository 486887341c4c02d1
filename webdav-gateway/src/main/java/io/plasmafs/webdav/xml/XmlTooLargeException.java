package io.plasmafs.webdav.xml;

/// A body beyond one of the limits of [XmlReader]. To be answered with 413.
public final class XmlTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Which limit.
  public XmlTooLargeException(String message) {
    super(message);
  }
}
