package io.plasmafs.http.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// An object of JSON that was sent to us, with everything wrong about it told by where it is.
///
/// What is deep, has long numbers, names twice or very many values is refused while it is read.
public final class JsonInput {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_DIGITS = 19;
  private static final int MAX_NAME = 1024;
  private static final int MAX_VALUES = 400_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxNameLength(MAX_NAME)
                  .build())
          .build();

  /// Where it stands, for messages: `ops[3]`; empty for the whole.
  private final String place;

  private final Map<String, Object> members;

  private JsonInput(String place, Map<String, Object> members) {
    this.place = place;
    this.members = members;
  }

  /// What stands for `null`.
  private enum Null {
    NULL
  }

  /// Reads a whole body.
  ///
  /// @throws Problem 400 if it is not one object of JSON, 413 if it has too many values
  public static JsonInput parse(byte[] body) throws IOException {
    try (JsonParser parser = FACTORY.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw Problem.badRequest("an object of JSON is expected");
      }
      int[] left = {MAX_VALUES};
      Object value = value(parser, left);
      if (parser.nextToken() != null) {
        throw Problem.badRequest("something follows the object of JSON");
      }
      return of("", value);
    } catch (JsonParseException e) {
      throw Problem.badRequest("no JSON: " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      throw Problem.badRequest("JSON beyond the limits: " + e.getOriginalMessage());
    }
  }

  private static Object value(JsonParser parser, int[] left) throws IOException {
    if (--left[0] < 0) {
      throw Problem.tooLarge("the JSON has more than " + MAX_VALUES + " values");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> members = new LinkedHashMap<>(8);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser, left));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(parser, left));
        }
        yield elements;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> Null.NULL;
      default -> throw Problem.badRequest("whole numbers, text and truth values are expected");
    };
  }

  @SuppressWarnings("unchecked")
  private static JsonInput of(String place, Object value) {
    if (value instanceof Map<?, ?> map) {
      return new JsonInput(place, (Map<String, Object>) map);
    }
    throw Problem.badRequest(place + ": an object is expected");
  }

  /// Where it stands, for messages.
  public String place() {
    return place;
  }

  private String at(String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  /// A complaint about it.
  public Problem wrong(String name, String expected) {
    return Problem.badRequest(at(name) + ": " + expected + " is expected");
  }

  /// Refuses all members but these.
  public JsonInput allow(String... names) {
    Set<String> unknown = new TreeSet<>(members.keySet());
    Arrays.asList(names).forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw Problem.badRequest(
          (place.isEmpty() ? "" : place + ": ")
              + "unknown members "
              + unknown
              + "; these are taken: "
              + new TreeSet<>(Set.of(names)));
    }
    return this;
  }

  /// The names of its members.
  public Set<String> names() {
    return members.keySet();
  }

  /// Whether there is a member, be it null.
  public boolean has(String name) {
    return members.containsKey(name);
  }

  /// Whether a member is there and null.
  public boolean isNull(String name) {
    return members.get(name) == Null.NULL;
  }

  /// A member that is text, if it is there.
  public Optional<String> text(String name) {
    Object value = members.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof String text) {
      return Optional.of(text);
    }
    throw wrong(name, "text");
  }

  /// Whether a member is there and text.
  public boolean isText(String name) {
    return members.get(name) instanceof String;
  }

  /// A member that must be there, and is text.
  public String requiredText(String name) {
    return text(name).orElseThrow(() -> wrong(name, "text"));
  }

  /// A member that is a number, if it is there.
  public Optional<Long> number(String name, long least, long most) {
    Object value = members.get(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Long number && number >= least && number <= most) {
      return Optional.of(number);
    }
    throw wrong(name, "a whole number from " + least + " to " + most);
  }

  /// A member that is a truth value; false if it is not there.
  public boolean flag(String name) {
    Object value = members.get(name);
    if (value == null) {
      return false;
    }
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw wrong(name, "true or false");
  }

  /// A member that is an object, if it is there.
  public Optional<JsonInput> object(String name) {
    Object value = members.get(name);
    return value == null ? Optional.empty() : Optional.of(of(at(name), value));
  }

  /// A member that is a list of objects; empty if it is not there.
  public List<JsonInput> objects(String name) {
    Object value = members.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw wrong(name, "a list of objects");
    }
    List<JsonInput> objects = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      objects.add(of(at(name) + "[" + i + "]", list.get(i)));
    }
    return objects;
  }
}
