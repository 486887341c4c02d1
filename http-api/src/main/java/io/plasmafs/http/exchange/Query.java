package io.plasmafs.http.exchange;

import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The parameters behind the question mark: percent-encoded UTF-8, a plus sign is a plus sign. None
/// may be given twice, and a handler refuses what it does not know: a misspelt parameter must not
/// make a request mean something else.
public final class Query {
  private static final int MAX_PARAMETERS = 32;

  private final Map<String, String> raw = new LinkedHashMap<>();

  /// @param text as it stands in the URL, empty if there is none
  Query(String text) {
    for (String part : text.split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = decode(equals < 0 ? part : part.substring(0, equals));
      if (raw.put(name, equals < 0 ? "" : part.substring(equals + 1)) != null) {
        throw Problem.badRequest("the parameter '" + name + "' is given twice");
      }
      if (raw.size() > MAX_PARAMETERS) {
        throw Problem.badRequest("more than " + MAX_PARAMETERS + " parameters");
      }
    }
  }

  /// Refuses all parameters but these.
  public Query allow(String... names) {
    Set<String> unknown = new TreeSet<>(raw.keySet());
    unknown.removeAll(Set.of(names));
    if (!unknown.isEmpty()) {
      throw Problem.badRequest(
          "unknown parameters "
              + unknown
              + (names.length == 0
                  ? ": none is taken here"
                  : ": here " + new TreeSet<>(Set.of(names)) + " are taken"));
    }
    return this;
  }

  /// Whether a parameter is given, whatever its value.
  public boolean has(String name) {
    return raw.containsKey(name);
  }

  /// Whether a parameter is given, without a value or as `true`.
  public boolean flag(String name) {
    String value = raw.get(name);
    return switch (value) {
      case null -> false;
      case "", "true" -> true;
      case "false" -> false;
      default ->
          throw Problem.badRequest("the parameter '" + name + "' is true, false, or has no value");
    };
  }

  /// The value of a parameter, if it is given.
  public Optional<String> text(String name) {
    return Optional.ofNullable(raw.get(name)).map(Query::decode);
  }

  /// The value of a parameter as it was spelled, if it is given.
  public Optional<String> raw(String name) {
    return Optional.ofNullable(raw.get(name)).filter(value -> !value.isEmpty());
  }

  /// The value of a parameter that must be given.
  public String required(String name) {
    return text(name)
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> Problem.badRequest("the parameter '" + name + "' is missing"));
  }

  /// The path that a parameter names, which must be given.
  public FsPath requiredPath(String name) {
    String value = raw.get(name);
    if (value == null || value.isEmpty()) {
      throw Problem.badRequest("the parameter '" + name + "' is missing: a path is expected");
    }
    return PathText.parse(value.replace("%2F", "/").replace("%2f", "/"));
  }

  /// The number that a parameter is, within bounds.
  public Optional<Long> number(String name, long least, long most) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    String digits = value.get();
    if (!digits.matches("[0-9]{1,18}")) {
      throw Problem.badRequest("the parameter '" + name + "' must be a number, not " + digits);
    }
    long number = Long.parseLong(digits);
    if (number < least || number > most) {
      throw Problem.badRequest(
          "the parameter '" + name + "' must be from " + least + " to " + most);
    }
    return Optional.of(number);
  }

  /// The permission bits that a parameter states in octal.
  public Optional<Integer> mode(String name) {
    return text(name).map(Query::parseMode);
  }

  /// Permission bits in octal: `0644`, `644`.
  public static int parseMode(String text) {
    if (!text.matches("[0-7]{1,5}") || Integer.parseInt(text, 8) > 07777) {
      throw Problem.badRequest("'" + text + "' are no permission bits: octal, 0 to 7777");
    }
    return Integer.parseInt(text, 8);
  }

  private static String decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
        int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new MalformedHeader("the query has a % that is not followed by two hex digits");
        }
        bytes.write(high << 4 | low);
        i += 2;
      } else if (c > 0x7e) {
        throw new MalformedHeader("the query has a character that must be percent-encoded");
      } else {
        bytes.write(c);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new MalformedHeader("the query is not UTF-8");
    }
  }
}
