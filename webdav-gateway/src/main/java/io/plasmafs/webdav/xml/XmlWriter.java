package io.plasmafs.webdav.xml;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a document as it is made, in UTF-8, with a bounded buffer: an answer of any length needs
/// no memory. Whatever is put in, what comes out is well-formed: characters are escaped, and those
/// that XML 1.0 cannot carry become U+FFFD.
///
/// The prefix `D` stands for `DAV:` in the whole document; other namespaces are declared on the
/// element that needs them.
public final class XmlWriter implements Closeable {
  private static final String DECLARE_DAV = " xmlns:D=\"DAV:\"";

  private final Writer out;
  private final Deque<String> open = new ArrayDeque<>();

  /// Whether the prefix `D` is declared where the next element goes.
  private boolean davDeclared;

  /// A document that goes to `out`, which is closed with it.
  public XmlWriter(OutputStream out) throws IOException {
    this(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    this.out.write("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
  }

  private XmlWriter(Writer out) {
    this.out = new BufferedWriter(out, 16 << 10);
  }

  /// An element as a document of its own, without declaration: what is stored.
  public static String fragment(XmlElement element) {
    StringWriter text = new StringWriter();
    try (XmlWriter writer = new XmlWriter(text)) {
      writer.element(element);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /// Whether XML 1.0 can carry all characters of `text`.
  public static boolean canCarry(String text) {
    return text.codePoints().allMatch(XmlWriter::isCharacter);
  }

  /// Opens an element of `DAV:`.
  public XmlWriter start(String local) throws IOException {
    out.write("<D:");
    out.write(local);
    if (!davDeclared) {
      out.write(DECLARE_DAV);
      davDeclared = true;
    }
    out.write('>');
    open.push("D:" + local);
    return this;
  }

  /// Closes the innermost open element.
  public XmlWriter end() throws IOException {
    out.write("</");
    out.write(open.pop());
    out.write('>');
    return this;
  }

  /// Characters.
  public XmlWriter text(String text) throws IOException {
    escape(out, text, false);
    return this;
  }

  /// An element of `DAV:` with nothing in it.
  public XmlWriter empty(String local) throws IOException {
    return element(XmlElement.ofText(XmlName.dav(local), ""));
  }

  /// An element of `DAV:` with text in it.
  public XmlWriter textElement(String local, String text) throws IOException {
    start(local);
    escape(out, text, false);
    return end();
  }

  /// An element of any namespace with nothing in it.
  public XmlWriter empty(XmlName name) throws IOException {
    return element(XmlElement.ofText(name, ""));
  }

  /// An element with all in it.
  public XmlWriter element(XmlElement element) throws IOException {
    Map<String, String> prefixes = new LinkedHashMap<>();
    String tag = prefixed(element.name(), prefixes);
    StringBuilder attributes = new StringBuilder();
    for (XmlElement.Attribute attribute : element.attributes()) {
      attributes
          .append(' ')
          .append(prefixed(attribute.name(), prefixes))
          .append("=\"")
          .append(escaped(attribute.value()))
          .append('"');
    }
    boolean declareDav = !davDeclared && usesDav(element);
    out.write('<');
    out.write(tag);
    if (declareDav) {
      out.write(DECLARE_DAV);
      davDeclared = true;
    }
    for (Map.Entry<String, String> one : prefixes.entrySet()) {
      out.write(" xmlns:" + one.getValue() + "=\"" + escaped(one.getKey()) + '"');
    }
    out.write(attributes.toString());
    if (element.contents().isEmpty()) {
      out.write("/>");
    } else {
      out.write('>');
      for (XmlElement.Content content : element.contents()) {
        switch (content) {
          case XmlElement.Content.Text(String characters) -> escape(out, characters, false);
          case XmlElement.Content.Child(XmlElement child) -> element(child);
        }
      }
      out.write("</");
      out.write(tag);
      out.write('>');
    }
    davDeclared &= !declareDav;
    return this;
  }

  private static boolean usesDav(XmlElement element) {
    return element.name().namespace().equals(XmlName.DAV)
        || element.attributes().stream().anyMatch(a -> a.name().namespace().equals(XmlName.DAV))
        || element.children().stream().anyMatch(XmlWriter::usesDav);
  }

  private static String prefixed(XmlName name, Map<String, String> prefixes) {
    return switch (name.namespace()) {
      case "" -> name.local();
      case XmlName.DAV -> "D:" + name.local();
      case XmlName.XML -> "xml:" + name.local();
      default -> {
        String next = "n" + prefixes.size();
        String prefix = prefixes.putIfAbsent(name.namespace(), next);
        yield (prefix == null ? next : prefix) + ":" + name.local();
      }
    };
  }

  private static String escaped(String text) {
    StringWriter out = new StringWriter();
    try {
      escape(out, text, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void escape(Writer out, String text, boolean attribute) throws IOException {
    int plain = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int width = Character.charCount(c);
      String instead = replacement(c, attribute);
      if (instead != null) {
        out.write(text, plain, i - plain);
        out.write(instead);
        plain = i + width;
      }
      i += width;
    }
    out.write(text, plain, text.length() - plain);
  }

  private static @Nullable String replacement(int c, boolean attribute) {
    return switch (c) {
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '&' -> "&amp;";
      case '"' -> attribute ? "&quot;" : null;
      case '\r' -> "&#13;";
      case '\n' -> attribute ? "&#10;" : null;
      case '\t' -> attribute ? "&#9;" : null;
      default -> isCharacter(c) ? null : "\uFFFD";
    };
  }

  /// XML 1.0 section 2.2.
  private static boolean isCharacter(int c) {
    return c == 0x9
        || c == 0xA
        || c == 0xD
        || (c >= 0x20 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || (c >= 0x10000 && c <= 0x10FFFF);
  }

  /// Brings what is buffered on its way.
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
