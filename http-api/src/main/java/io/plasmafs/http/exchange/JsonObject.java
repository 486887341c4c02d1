package io.plasmafs.http.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A JSON object to be written: members in the order in which they were put.
public final class JsonObject {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Map<String, Object> members = new LinkedHashMap<>();

  /// Puts a member, in place of one of the same name.
  ///
  /// @param value text, number, truth value, [JsonObject], or a list of these
  public JsonObject put(String name, Object value) {
    members.put(name, value);
    return this;
  }

  /// The object as UTF-8 text, ending with a newline, as terminals like it.
  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      write(generator);
      generator.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /// Writes the object where `generator` stands.
  public void write(JsonGenerator generator) throws IOException {
    generator.writeStartObject();
    for (Map.Entry<String, Object> member : members.entrySet()) {
      generator.writeFieldName(member.getKey());
      write(generator, member.getValue());
    }
    generator.writeEndObject();
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    switch (value) {
      case String text -> generator.writeString(text);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Boolean truth -> generator.writeBoolean(truth);
      case JsonObject object -> object.write(generator);
      case List<?> list -> {
        generator.writeStartArray();
        for (Object one : list) {
          write(generator, one);
        }
        generator.writeEndArray();
      }
      default -> throw new IllegalArgumentException(value.getClass() + " is not written as JSON");
    }
  }
}
