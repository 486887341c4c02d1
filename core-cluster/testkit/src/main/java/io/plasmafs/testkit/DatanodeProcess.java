package io.plasmafs.testkit;

import io.plasmafs.datanode.Datanode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// A datanode of a [TestCluster] in a process of its own, which can be killed, or held, at any
/// moment. To be closed before the cluster.
public final class DatanodeProcess implements AutoCloseable {
  private final Path configuration;
  private final Properties properties;
  private @Nullable Process process;

  private DatanodeProcess(Path configuration, Properties properties) {
    this.configuration = configuration;
    this.properties = properties;
  }

  /// Makes a store, and the datanode that is to serve it, which has to be started.
  ///
  /// @param number that no other datanode of the cluster has; its host label is `hostNUMBER`
  /// @param settings of the datanode beyond the usual ones: `key=value`
  public static DatanodeProcess create(TestCluster cluster, int number, String... settings) {
    try {
      Properties properties = cluster.newDatanode(number);
      for (String setting : settings) {
        int equals = setting.indexOf('=');
        properties.setProperty(setting.substring(0, equals), setting.substring(equals + 1));
      }
      Path configuration =
          Path.of(properties.getProperty("volumes")).resolveSibling("datanode" + number + ".conf");
      return new DatanodeProcess(configuration, properties);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts it, at the port where it was if it has served before; returns when it serves.
  public void start() {
    try {
      try (OutputStream out = Files.newOutputStream(configuration)) {
        properties.store(out, "a datanode of a test");
      }
      Path errors = configuration.resolveSibling(configuration.getFileName() + ".err");
      Process started =
          new ProcessBuilder(command())
              .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
              .start();
      process = started;
      BufferedReader out = started.inputReader(StandardCharsets.UTF_8);
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith("datanode ") && line.contains(" serves at port ")) {
          properties.setProperty(
              "listen", "127.0.0.1:" + line.substring(line.lastIndexOf(' ') + 1));
          // a virtual thread would keep its carrier from all others
          Thread.ofPlatform().daemon().start(() -> drain(out));
          return;
        }
      }
      throw new IOException("the datanode did not start: " + Files.readString(errors));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("-Xmx96m");
    command.add("-XX:MaxDirectMemorySize=128m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--enable-native-access=ALL-UNNAMED");
    String logging = System.getProperty("logback.configurationFile");
    if (logging != null) {
      command.add("-Dlogback.configurationFile=" + logging);
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(DatanodeProcess.class.getName());
    command.add("--config");
    command.add(configuration.toString());
    return command;
  }

  /// What a datanode says must be taken, or it would wait.
  private static void drain(BufferedReader out) {
    try {
      while (out.readLine() != null) {
        // nobody is interested
      }
    } catch (IOException e) {
      // it was killed
    }
  }

  /// Runs a datanode for as long as standard input is open, which is as long as the test lives.
  public static void main(String[] arguments) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (System.in.read() >= 0) {
              // nothing is expected
            }
          } catch (IOException e) {
            // it is gone
          }
          Runtime.getRuntime().halt(1);
        });
    Datanode.main(arguments);
  }

  /// Identity of its store.
  public String identity() {
    return properties.getProperty("identity");
  }

  /// Number of the process; 0 if it does not run.
  public long pid() {
    Process running = process;
    return running == null ? 0 : running.pid();
  }

  /// Ends it at once, as a crash of the process would; returns when it has ended.
  public void kill() {
    Process running = process;
    process = null;
    if (running == null) {
      return;
    }
    running.destroyForcibly();
    try {
      running.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Holds it in the middle of whatever it does: it keeps its connections and says nothing.
  public void hold() {
    signal("STOP");
  }

  /// Lets it go on.
  public void release() {
    signal("CONT");
  }

  private void signal(String name) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("the datanode does not run");
    }
    try {
      int code =
          new ProcessBuilder("kill", "-" + name, Long.toString(running.pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -" + name + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
