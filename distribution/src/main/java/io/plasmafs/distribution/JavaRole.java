package io.plasmafs.distribution;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A role that is a JVM of its own, running this same image.
///
/// @param heap largest heap, as the JVM spells it
/// @param direct most memory outside the heap for buffers, as the JVM spells it
/// @param log file that it logs to; what else it prints is added to a file beside that, `.out`
record JavaRole(
    String name, String mainClass, String heap, String direct, List<String> arguments, Path log)
    implements Role {

  /// What it prints, which is why it cannot start, comes first.
  @Override
  public List<Path> logs() {
    return List.of(printed(), log);
  }

  private Path printed() {
    return log.resolveSibling(log.getFileName() + ".out");
  }

  @Override
  public ProcessHandle start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-XX:MaxDirectMemorySize=" + direct);
    command.add("-Dio.netty.maxDirectMemory=0");
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dplasma.role=" + name);
    command.add("-Dplasma.log=" + log);
    command.add("-Dlogback.configurationFile=logback-role.xml");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    command.addAll(arguments);
    Files.createDirectories(log.getParent());
    return new ProcessBuilder(command)
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(printed().toFile()))
        .start()
        .toHandle();
  }
}
