package io.plasmafs.settings;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/// Keys with values that a process is given. Values are looked at when they are asked for; one that
/// makes no sense is an [IllegalArgumentException] whose message is one line that names the key,
/// what was found and what was expected.
public final class Settings {
  private final Properties properties;

  private Settings(Properties properties) {
    this.properties = properties;
  }

  /// Takes properties.
  ///
  /// @param keys those that have a meaning
  /// @throws IllegalArgumentException if another key is among them; the message is one line
  public static Settings of(Properties properties, Set<String> keys) {
    Properties copy = new Properties();
    copy.putAll(properties);
    Set<String> unknown = new TreeSet<>(copy.stringPropertyNames());
    unknown.removeAll(keys);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown configuration keys " + unknown + ", known are " + new TreeSet<>(keys));
    }
    return new Settings(copy);
  }

  /// Reads a properties file, then takes settings of the form `key=value` over what it says.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws IllegalArgumentException if a setting has another form; the message is one line
  public static Properties read(Optional<Path> file, List<String> settings) throws IOException {
    Properties properties = new Properties();
    if (file.isPresent()) {
      try (Reader in = Files.newBufferedReader(file.get())) {
        properties.load(in);
      } catch (IOException | IllegalArgumentException e) {
        throw new IOException("cannot read the configuration " + file.get() + ": " + e, e);
      }
    }
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "\"" + setting + "\" is no setting of the form key=value");
      }
      properties.setProperty(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return properties;
  }

  /// Reads the arguments of a program: `[--config FILE] [--KEY=VALUE]...`.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws IllegalArgumentException if an argument has another form; the message is one line
  public static Properties ofArguments(String[] arguments) throws IOException {
    Optional<Path> file = Optional.empty();
    List<String> settings = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--config") && i + 1 < arguments.length) {
        file = Optional.of(Path.of(arguments[++i]));
      } else if (arguments[i].startsWith("--config=")) {
        file = Optional.of(Path.of(arguments[i].substring("--config=".length())));
      } else if (arguments[i].startsWith("--")) {
        settings.add(arguments[i].substring(2));
      } else {
        throw new IllegalArgumentException(
            "\"" + arguments[i] + "\" is neither --config FILE nor --KEY=VALUE");
      }
    }
    return read(file, settings);
  }

  /// A value without the white space around it; absent if nothing else is there.
  public Optional<String> optional(String key) {
    return Optional.ofNullable(properties.getProperty(key))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  /// A value that cannot be done without.
  public String required(String key) {
    return optional(key)
        .orElseThrow(
            () -> new IllegalArgumentException("the configuration lacks the key \"" + key + "\""));
  }

  /// Values separated by commas; none if the key is absent.
  public List<String> list(String key) {
    return Arrays.stream(optional(key).orElse("").split(",", -1))
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  /// An address of the form `host:port`.
  public Optional<HostAndPort> address(String key) {
    return optional(key)
        .map(value -> {
          try {
            return HostAndPort.parse(value);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                key + " is \"" + value + "\", expected host:port", e);
          }
        });
  }

  /// A whole number, which may end in `k`, `m` or `g` for 1024, 1024², 1024³.
  public long number(String key, long otherwise, long least, long most) {
    Optional<String> value = optional(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    long number = parse(value.get());
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          key + " is \"" + value.get() + "\", expected a number from " + least + " to " + most);
    }
    return number;
  }

  /// A number of at most 31 bits.
  public int number(String key, int otherwise, int least, int most) {
    return (int) number(key, (long) otherwise, least, most);
  }

  /// [Long#MIN_VALUE] if it is no number.
  private static long parse(String text) {
    int shift =
        switch (Character.toLowerCase(text.charAt(text.length() - 1))) {
          case 'k' -> 10;
          case 'm' -> 20;
          case 'g' -> 30;
          default -> 0;
        };
    String digits = shift == 0 ? text : text.substring(0, text.length() - 1);
    return digits.matches("[0-9]{1,10}") || (shift == 0 && digits.matches("[0-9]{1,18}"))
        ? Long.parseLong(digits) << shift
        : Long.MIN_VALUE;
  }

  /// The name of this host, as far as it is known.
  public static String localHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
