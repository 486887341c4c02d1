package io.plasmafs.webdav.xml;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// Reads a request body. Refuses document types, and with them entities and everything external.
/// Limits are checked as the bytes come, before memory is taken.
public final class XmlReader {
  /// The largest body, in bytes.
  public static final int MAX_BYTES = 1 << 20;

  /// How deep elements may be nested.
  public static final int MAX_DEPTH = 64;

  /// Elements and attributes in one body.
  public static final int MAX_NODES = 20_000;

  private static final XMLInputFactory FACTORY = factory();

  private XmlReader() {}

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setXMLResolver((publicId, systemId, base, namespace) -> {
      throw new XMLStreamException("external entities are refused");
    });
    return factory;
  }

  /// The document's element; nothing if the body is empty.
  ///
  /// @throws BadXmlException if it is not well-formed or has a document type
  /// @throws XmlTooLargeException if it is beyond a limit
  /// @throws IOException if the body cannot be read
  public static Optional<XmlElement> read(InputStream body) throws IOException {
    Bounded bounded = new Bounded(body);
    if (bounded.isEmpty()) {
      return Optional.empty();
    }
    try {
      XMLStreamReader reader = FACTORY.createXMLStreamReader(bounded);
      try {
        return Optional.of(new Document(reader).read());
      } finally {
        reader.close();
      }
    } catch (XMLStreamException | RuntimeException e) {
      RuntimeException explained = bounded.explain(e);
      bounded.skipRest();
      throw explained;
    }
  }

  /// Counts bytes; remembers what went wrong below the parser, which wraps it.
  private static final class Bounded extends FilterInputStream {
    private int first = -2;
    private long count;

    private @Nullable IOException failure;

    Bounded(InputStream in) {
      super(in);
    }

    boolean isEmpty() throws IOException {
      first = in.read();
      return first < 0;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int n = read(one, 0, 1);
      return n < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int n;
      if (first >= 0) {
        target[offset] = (byte) first;
        first = -2;
        n = 1;
      } else {
        try {
          n = in.read(target, offset, length);
        } catch (IOException e) {
          failure = e;
          throw e;
        }
      }
      count += Math.max(n, 0);
      if (count > MAX_BYTES) {
        throw new XmlTooLargeException("the body has more than " + MAX_BYTES + " bytes");
      }
      return n;
    }

    /// Takes what is left, within the limit: who is still sending does not listen to the answer.
    void skipRest() throws IOException {
      byte[] rest = new byte[8192];
      while (count <= MAX_BYTES) {
        int n = in.read(rest);
        if (n < 0) {
          return;
        }
        count += n;
      }
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    RuntimeException explain(Exception e) throws IOException {
      if (failure != null) {
        throw failure;
      }
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof XmlTooLargeException || cause instanceof BadXmlException) {
          return (RuntimeException) cause;
        }
      }
      String message = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
      return new BadXmlException("the body is not well-formed XML: " + message);
    }
  }

  private static final class Document {
    private final XMLStreamReader reader;
    private int nodes;

    Document(XMLStreamReader reader) {
      this.reader = reader;
    }

    XmlElement read() throws XMLStreamException {
      for (; ; ) {
        switch (reader.next()) {
          case XMLStreamConstants.DTD ->
              throw new BadXmlException("a document type is refused in a request body");
          case XMLStreamConstants.START_ELEMENT -> {
            XmlElement root = element(1);
            while (reader.hasNext()) {
              int unused = reader.next();
            }
            return root;
          }
          default -> {}
        }
      }
    }

    private XmlElement element(int depth) throws XMLStreamException {
      if (depth > MAX_DEPTH) {
        throw new XmlTooLargeException("elements are nested deeper than " + MAX_DEPTH);
      }
      XmlName name = new XmlName(orEmpty(reader.getNamespaceURI()), reader.getLocalName());
      List<XmlElement.Attribute> attributes = new ArrayList<>();
      for (int i = 0; i < reader.getAttributeCount(); i++) {
        attributes.add(
            new XmlElement.Attribute(
                new XmlName(
                    orEmpty(reader.getAttributeNamespace(i)), reader.getAttributeLocalName(i)),
                reader.getAttributeValue(i)));
      }
      nodes += 1 + attributes.size();
      if (nodes > MAX_NODES) {
        throw new XmlTooLargeException(
            "the body has more than " + MAX_NODES + " elements and attributes");
      }
      List<XmlElement.Content> contents = new ArrayList<>();
      for (; ; ) {
        switch (reader.next()) {
          case XMLStreamConstants.START_ELEMENT ->
              contents.add(new XmlElement.Content.Child(element(depth + 1)));
          case XMLStreamConstants.END_ELEMENT -> {
            return new XmlElement(name, attributes, contents);
          }
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
              contents.add(new XmlElement.Content.Text(reader.getText()));
          case XMLStreamConstants.ENTITY_REFERENCE ->
              throw new BadXmlException("an entity is refused in a request body");
          default -> {}
        }
      }
    }

    private static String orEmpty(@Nullable String text) {
      return text == null ? "" : text;
    }
  }
}
