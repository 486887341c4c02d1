package io.plasmafs.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/// A cluster of this machine, known by its directory: `cluster.properties` there, written by
/// `plasma up`, has its name and where its namenodes listen.
///
/// @param namenodes host:port, comma between
/// @param http URL of its HTTP gateway, if it has one
public record LocalCluster(Path directory, String name, String namenodes, Optional<String> http) {
  /// Name of the cluster that commands mean when they name none.
  public static final String DEFAULT_NAME = "plasma";

  /// The file in the cluster's directory that describes it.
  public static final String FILE = "cluster.properties";

  /// Key of the cluster's name in that file.
  public static final String NAME = "cluster";

  /// Key of the namenodes' addresses in that file.
  public static final String NAMENODES = "namenodes";

  /// Key of the URL of its HTTP gateway in that file.
  public static final String HTTP = "http";

  /// Where the cluster of this name keeps its data unless it was told otherwise.
  public static Path defaultDirectory(String name) {
    return Path.of(System.getProperty("user.home"), ".plasma", name);
  }

  /// The cluster of a directory; absent if there is none.
  ///
  /// @throws IOException if its description cannot be read
  public static Optional<LocalCluster> in(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    String name = properties.getProperty(NAME, "");
    String namenodes = properties.getProperty(NAMENODES, "");
    if (name.isEmpty() || namenodes.isEmpty()) {
      throw new IOException(file + " does not name the cluster and its namenodes; is it damaged?");
    }
    return Optional.of(
        new LocalCluster(
            directory, name, namenodes, Optional.ofNullable(properties.getProperty(HTTP))));
  }
}
