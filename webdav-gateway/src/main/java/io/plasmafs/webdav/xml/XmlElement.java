package io.plasmafs.webdav.xml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An element with all in it. Comments and processing instructions are gone; text is kept as it
/// was.
///
/// @param attributes without namespace declarations
public record XmlElement(XmlName name, List<Attribute> attributes, List<Content> contents) {

  public XmlElement {
    attributes = List.copyOf(attributes);
    contents = List.copyOf(contents);
  }

  /// An attribute; `xml:lang` has the namespace of XML.
  public record Attribute(XmlName name, String value) {}

  /// What an element can hold.
  public sealed interface Content {
    /// Characters.
    record Text(String characters) implements Content {}

    /// An element.
    record Child(XmlElement element) implements Content {}
  }

  /// An element that holds text, or nothing if that is empty.
  public static XmlElement ofText(XmlName name, String text) {
    return new XmlElement(
        name, List.of(), text.isEmpty() ? List.of() : List.of(new Content.Text(text)));
  }

  /// The elements in it, in order.
  public List<XmlElement> children() {
    List<XmlElement> children = new ArrayList<>();
    for (Content content : contents) {
      if (content instanceof Content.Child(XmlElement element)) {
        children.add(element);
      }
    }
    return children;
  }

  /// The first element in it of that name.
  public Optional<XmlElement> child(XmlName wanted) {
    return children().stream().filter(child -> child.name().equals(wanted)).findFirst();
  }

  /// Its own characters, without those of the elements in it.
  public String text() {
    StringBuilder text = new StringBuilder();
    for (Content content : contents) {
      if (content instanceof Content.Text(String characters)) {
        text.append(characters);
      }
    }
    return text.toString();
  }

  /// This element with one more attribute, unless it has one of that name.
  public XmlElement withInherited(Attribute attribute) {
    if (attributes.stream().anyMatch(own -> own.name().equals(attribute.name()))) {
      return this;
    }
    List<Attribute> more = new ArrayList<>(attributes);
    more.add(attribute);
    return new XmlElement(name, more, contents);
  }
}
