package io.plasmafs.webdav.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlTest {
  private static XmlElement read(String text) throws IOException {
    return read(text, StandardCharsets.UTF_8);
  }

  private static XmlElement read(String text, Charset charset) throws IOException {
    return XmlReader.read(new ByteArrayInputStream(text.getBytes(charset))).orElseThrow();
  }

  @Test
  void emptyBodyIsNoDocument() throws IOException {
    assertThat(XmlReader.read(InputStream.nullInputStream())).isEmpty();
  }

  @Test
  void namesAttributesTextAndOrderAreKept() throws IOException {
    XmlElement root =
        read("<a xmlns='urn:a' xmlns:b='urn:b' b:x='1' xml:lang='de'> t <b:c/><![CDATA[<&]]></a>");

    assertThat(root.name()).isEqualTo(new XmlName("urn:a", "a"));
    assertThat(root.attributes())
        .containsExactlyInAnyOrder(
            new XmlElement.Attribute(new XmlName("urn:b", "x"), "1"),
            new XmlElement.Attribute(XmlName.LANG, "de"));
    assertThat(root.text()).isEqualTo(" t <&");
    assertThat(root.children()).containsExactly(XmlElement.ofText(new XmlName("urn:b", "c"), ""));
  }

  @Test
  void utf16IsUnderstood() throws IOException {
    String text = "<?xml version='1.0' encoding='UTF-16'?><a>\u00e4</a>";

    assertThat(read(text, StandardCharsets.UTF_16).text()).isEqualTo("\u00e4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>",
        "<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;&l;'>]><a>&m;</a>",
        "<a>&undeclared;</a>",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>rubbish",
        "rubbish",
        "<a b:c='1'/>",
        "<a><b:c/></a>",
        "<a x='1' x='2'/>",
        "<a>\u0001</a>",
        "<?xml version='1.0' encoding='nonsense'?><a/>"
      })
  void whatIsNotWellFormedOrHasADocumentTypeIsRefused(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(BadXmlException.class);
  }

  @Test
  void deepNestingIsRefused() {
    String text = "<a>".repeat(100_000);

    assertThatThrownBy(() -> read(text))
        .isInstanceOf(XmlTooLargeException.class)
        .hasMessageContaining("64");
  }

  @Test
  void manyElementsAreRefused() {
    String text = "<a>" + "<b/>".repeat(XmlReader.MAX_NODES) + "</a>";

    assertThatThrownBy(() -> read(text)).isInstanceOf(XmlTooLargeException.class);
  }

  @Test
  void endlessBodyIsCutOff() {
    InputStream endless =
        new SequenceInputStream(
            new ByteArrayInputStream("<a>".getBytes(StandardCharsets.UTF_8)),
            new InputStream() {
              @Override
              public int read() {
                return 'x';
              }

              @Override
              public int read(byte[] target, int offset, int length) {
                Arrays.fill(target, offset, offset + length, (byte) 'x');
                return length;
              }
            });

    assertThatThrownBy(() -> XmlReader.read(endless)).isInstanceOf(XmlTooLargeException.class);
  }

  @Test
  void failureOfTheConnectionStaysOne() {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream("<a>".getBytes(StandardCharsets.UTF_8)),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("reset");
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                throw new IOException("reset");
              }
            });

    assertThatThrownBy(() -> XmlReader.read(broken))
        .isInstanceOf(IOException.class)
        .hasMessage("reset");
  }

  @Test
  void whateverIsWrittenIsReadBackTheSame() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      XmlElement element = element(random, 0);

      assertThat(read(XmlWriter.fragment(element))).as("seed " + seed).isEqualTo(element);
    }
  }

  @Test
  void documentOfHostileNamesAndValuesIsWellFormed() throws IOException {
    XmlName hostile = new XmlName("urn:\"><evil xmlns='", "x");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    XmlWriter writer = new XmlWriter(out);
    writer.start("multistatus").textElement("href", "</D:href>&\u0000\uD800\uFFFE");
    writer.element(XmlElement.ofText(hostile, "]]>")).end();
    writer.close();

    XmlElement root = XmlReader.read(new ByteArrayInputStream(out.toByteArray())).orElseThrow();

    assertThat(root.name()).isEqualTo(XmlName.dav("multistatus"));
    assertThat(root.children())
        .containsExactly(
            XmlElement.ofText(XmlName.dav("href"), "</D:href>&\uFFFD\uFFFD\uFFFD"),
            XmlElement.ofText(hostile, "]]>"));
  }

  private static XmlElement element(Random random, int depth) {
    List<XmlElement.Attribute> attributes = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      XmlName name = new XmlName(random.nextBoolean() ? "" : namespace(random), "a" + i);
      attributes.add(new XmlElement.Attribute(name, text(random)));
    }
    List<XmlElement.Content> contents = new ArrayList<>();
    for (int i = depth > 3 ? 0 : random.nextInt(4); i > 0; i--) {
      contents.add(new XmlElement.Content.Child(element(random, depth + 1)));
      if (random.nextBoolean()) {
        contents.add(new XmlElement.Content.Text(text(random)));
      }
    }
    return new XmlElement(new XmlName(namespace(random), "e"), attributes, contents);
  }

  private static String namespace(Random random) {
    return List.of("", XmlName.DAV, "urn:a", "urn:b&<\"'", "\u00e4").get(random.nextInt(5));
  }

  private static String text(Random random) {
    return List.of("x", " \t\n ", "<&>\"'", "\r\n", "\u00e4\ud83d\ude00", "]]>")
        .get(random.nextInt(6));
  }
}
