package io.plasmafs.distribution;

import io.plasmafs.cli.ByteSize;
import io.plasmafs.cli.CommandFailure;
import io.plasmafs.datanode.Datanode;
import io.plasmafs.datanode.DatanodeStore;
import io.plasmafs.datanode.store.StoreException;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.namenode.Namenode;
import io.plasmafs.postgres.PostgresServer;
import io.plasmafs.postgres.PostgresSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// The processes of a cluster of one machine, and the files that they need.
///
/// Memory: the namenode has 384 MiB of heap, each datanode 96 MiB, the gateway 192 MiB, who looks
/// after them 48 MiB; with two datanodes 816 MiB in all.
final class LocalRoles {
  /// Names the process that looks after the others.
  static final String SUPERVISOR = "supervisor";

  private static final String GATEWAY = "gateway-1";
  private static final String DATABASE = "plasma";
  private static final int MAX_SOCKET_PATH_BYTES = 100;

  private final ClusterDirectory directory;
  private final ClusterSettings settings;

  LocalRoles(ClusterDirectory directory, ClusterSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /// All roles in the order in which they are started, datanodes that the user has stopped among
  /// them.
  List<Role> all() {
    List<Role> roles = new ArrayList<>(beforeDatanodes());
    for (int number = 1; number <= settings.datanodes(); number++) {
      roles.add(datanode(number));
    }
    roles.add(gateway());
    return roles;
  }

  /// What datanodes need, in the order in which it is started.
  List<Role> beforeDatanodes() {
    return settings.postgres().isEmpty() ? List.of(postgres(), namenode()) : List.of(namenode());
  }

  /// Numbers of the datanodes that are to run, from 1 on.
  List<Integer> wanted() {
    return IntStream.rangeClosed(1, settings.datanodes())
        .filter(number -> !directory.isStopped(datanodeName(number)))
        .boxed()
        .toList();
  }

  /// Names the process of a datanode.
  static String datanodeName(int number) {
    return "datanode-" + number;
  }

  /// All ports that the roles will listen at.
  List<Integer> ports() {
    List<Integer> ports = new ArrayList<>();
    if (settings.postgres().isEmpty()) {
      ports.add(settings.postgresPort());
    }
    ports.add(settings.namenodePort());
    for (int number : wanted()) {
      ports.add(settings.datanodePort(number));
    }
    ports.add(settings.httpPort());
    return ports;
  }

  /// Writes the configuration of all roles but the datanodes.
  void configure() {
    Properties namenode = new Properties();
    namenode.setProperty("cluster", settings.name());
    namenode.setProperty("block-size", Integer.toString(settings.blockSize()));
    namenode.setProperty("replication", Integer.toString(settings.replication()));
    namenode.setProperty("secret-file", directory.secret().toString());
    namenode.setProperty("superusers", "root," + settings.superuser());
    namenode.setProperty("listen", settings.namenodeAddress());
    namenode.setProperty("address", settings.namenodeAddress());
    socket("namenode-1").ifPresent(path -> namenode.setProperty("socket", path.toString()));
    if (settings.postgres().isPresent()) {
      namenode.setProperty("database-url", settings.postgres().get());
    } else {
      namenode.setProperty(
          "database-url",
          "jdbc:postgresql://127.0.0.1:" + settings.postgresPort() + "/" + DATABASE);
      namenode.setProperty("database-user", PostgresServer.USER);
      namenode.setProperty(
          "database-password-file", postgresDirectory().resolve("password").toString());
    }
    write("namenode-1", namenode);

    Properties gateway = new Properties();
    gateway.setProperty("cluster", settings.name());
    gateway.setProperty("namenodes", settings.namenodeAddress());
    gateway.setProperty("listen", "127.0.0.1:" + settings.httpPort());
    write(GATEWAY, gateway);
  }

  /// Writes the configuration of a datanode.
  void configureDatanode(int number) {
    String name = datanodeName(number);
    String address = settings.datanodeAddress(number);
    Properties datanode = new Properties();
    datanode.setProperty("cluster", settings.name());
    datanode.setProperty("volumes", volume(number).toString());
    datanode.setProperty("secret-file", directory.secret().toString());
    datanode.setProperty("listen", address);
    datanode.setProperty("address", address);
    // A failure domain for each, so that replicas are spread as on different hosts.
    datanode.setProperty("host", name);
    datanode.setProperty("namenodes", settings.namenodeAddress());
    socket(name).ifPresent(path -> datanode.setProperty("socket", path.toString()));
    write(name, datanode);
  }

  private Path configuration(String role) {
    return directory.root().resolve(role).resolve("configuration");
  }

  private void write(String role, Properties properties) {
    Path file = configuration(role);
    try {
      Files.createDirectories(file.getParent());
      try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
        properties.store(writer, "Written by plasma up at each start");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The Unix-domain socket of a role, where the directory's path is short enough for one.
  private Optional<Path> socket(String role) {
    Path path = directory.run().resolve(role + ".sock");
    return path.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_PATH_BYTES
        ? Optional.of(path)
        : Optional.empty();
  }

  private Path postgresDirectory() {
    return directory.root().resolve("postgres");
  }

  private Role postgres() {
    return new PostgresRole(
        PostgresSettings.in(postgresDirectory()).withPort(settings.postgresPort()), DATABASE);
  }

  private Role namenode() {
    return java("namenode-1", Namenode.class, "384m", "160m");
  }

  Role datanode(int number) {
    return java(datanodeName(number), Datanode.class, "96m", "512m");
  }

  Role gateway() {
    return java(GATEWAY, Gateway.class, "192m", "384m");
  }

  private Role java(String name, Class<?> main, String heap, String direct) {
    return new JavaRole(
        name,
        main.getName(),
        heap,
        direct,
        List.of("--config", configuration(name).toString()),
        directory.logOf(name));
  }

  private Path volume(int number) {
    return directory.root().resolve(datanodeName(number)).resolve("volume");
  }

  /// Whether the datanode of this number, from 1 on, has its store.
  boolean isDatanodePrepared(int number) {
    return Files.exists(volume(number).resolve("volume"));
  }

  /// Makes the store of a datanode, unless it is there.
  void prepareDatanode(int number, Consumer<String> progress) {
    if (isDatanodePrepared(number)) {
      return;
    }
    String what =
        datanodeName(number) + ": taking " + ByteSize.display(settings.datanodeSize()) + " of disk";
    progress.accept(what);
    int[] shown = {0};
    try {
      DatanodeStore.format(
          List.of(volume(number)),
          settings.name(),
          settings.blockSize(),
          ClusterDescription.SLICE_SIZE,
          settings.datanodeSize(),
          new SecureRandom(),
          (done, total) -> {
            int tenths = (int) (done * 10 / Math.max(1, total));
            if (tenths > shown[0] && tenths < 10) {
              shown[0] = tenths;
              progress.accept(what + ", " + tenths * 10 + "% done");
            }
          });
    } catch (StoreException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }
}
