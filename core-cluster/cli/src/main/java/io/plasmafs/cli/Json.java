package io.plasmafs.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.plasmafs.cli.text.ByteText;
import io.plasmafs.cli.text.FileMode;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/// JSON on standard output, for programs. The names of fields are promised to them:
/// `docs/commands.md` lists them, new ones may come, none goes.
///
/// Names are text here. Of one that is not UTF-8 there is a second field, its name followed by
/// `Hex`, with the bytes in hexadecimal.
final class Json implements AutoCloseable {
  private final JsonGenerator generator;

  private Json(Output out) throws IOException {
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
    this.generator = new JsonFactory().createGenerator(out).setPrettyPrinter(printer);
    generator.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
  }

  /// An array, to which objects are added.
  static Json array(Output out) throws IOException {
    Json json = new Json(out);
    json.generator.writeStartArray();
    return json;
  }

  /// What an object consists of.
  @FunctionalInterface
  interface Body {
    void write(Json json) throws IOException;
  }

  /// A document that is one object.
  static void document(Output out, Body body) throws IOException {
    try (Json json = new Json(out)) {
      json.object(body);
    }
  }

  /// The next object of an array.
  void object(Body body) throws IOException {
    generator.writeStartObject();
    body.write(this);
    generator.writeEndObject();
  }

  /// A field with an object.
  void object(String field, Body body) throws IOException {
    generator.writeObjectFieldStart(field);
    body.write(this);
    generator.writeEndObject();
  }

  /// A field with an array of objects, or of anything that `elements` writes.
  void array(String field, Body elements) throws IOException {
    generator.writeArrayFieldStart(field);
    elements.write(this);
    generator.writeEndArray();
  }

  void field(String name, String value) throws IOException {
    generator.writeStringField(name, value);
  }

  void field(String name, long value) throws IOException {
    generator.writeNumberField(name, value);
  }

  void field(String name, boolean value) throws IOException {
    generator.writeBooleanField(name, value);
  }

  /// Bytes as text, and in hexadecimal if they are not UTF-8.
  void bytes(String name, byte[] value) throws IOException {
    generator.writeStringField(name, new String(value, StandardCharsets.UTF_8));
    if (!ByteText.isUtf8(ByteText.decode(value))) {
      generator.writeStringField(name + "Hex", HexFormat.of().formatHex(value));
    }
  }

  /// A path, from the root.
  void path(String name, FsPath path) throws IOException {
    byte[] relative = path.bytes();
    byte[] absolute = new byte[relative.length + 1];
    absolute[0] = '/';
    System.arraycopy(relative, 0, absolute, 1, relative.length);
    bytes(name, absolute);
  }

  /// The fields of an object's attributes.
  void attributes(FsPath path, Attributes a, Optional<LinkTarget> target) throws IOException {
    path("path", path);
    if (!path.isEmpty()) {
      bytes("name", path.last().bytes());
    }
    field("type", typeName(a));
    field("mode", FileMode.octal(a.mode()));
    field("owner", a.owner());
    field("group", a.group());
    field("size", a.size());
    field("mtime", a.mtime().toString());
    field("ctime", a.ctime().toString());
    field("birth", a.birth().toString());
    field("inode", a.inode().value());
    field("nlink", a.nlink());
    field("replication", a.replication());
    field("blocks", a.blocks());
    field("version", a.version());
    field("contentVersion", a.contentVersion());
    if (target.isPresent()) {
      bytes("target", target.get().bytes());
    }
  }

  /// `file`, `directory` or `symlink`.
  static String typeName(Attributes attributes) {
    return switch (attributes.type()) {
      case REGULAR -> "file";
      case DIRECTORY, SYMLINK -> attributes.type().name().toLowerCase(Locale.ROOT);
    };
  }

  /// Ends the document and its line.
  @Override
  public void close() throws IOException {
    if (generator.getOutputContext().inArray()) {
      generator.writeEndArray();
    }
    generator.writeRaw(System.lineSeparator());
    generator.close();
  }
}
