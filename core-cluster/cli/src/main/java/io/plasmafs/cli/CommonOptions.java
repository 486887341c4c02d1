package io.plasmafs.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// Options of every command, to be given before or after its name. A command has them as a mixin
/// and asks [#of] for what counts, which is what was given to it or else to the commands above it.
public final class CommonOptions {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      order = 90,
      description = "Use the cluster of this machine that lives in DIR.")
  @Nullable Path dir;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      order = 91,
      description = "Use the cluster of this name.")
  @Nullable String cluster;

  @Option(
      names = "--namenodes",
      paramLabel = "HOST:PORT,...",
      order = 92,
      description = "Where to find its namenodes.")
  @Nullable String namenodes;

  @Option(names = "--no-glob", order = 93, description = "Take *, ? and [ in paths as they are.")
  boolean noGlob;

  @Option(
      names = {"-q", "--quiet"},
      order = 94,
      description = "No progress bar and no summary.")
  boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      order = 95,
      description = "Tell causes of failures, and more than that.")
  boolean verbose;

  @Option(names = "--help", usageHelp = true, order = 99, description = "Show this and do nothing.")
  boolean help;

  /// What was given to this command, or else to those above it.
  public static CommonOptions of(CommandSpec command) {
    CommonOptions merged = new CommonOptions();
    for (CommandSpec spec = command; spec != null; ) {
      for (CommandSpec mixin : spec.mixins().values()) {
        if (mixin.userObject() instanceof CommonOptions options) {
          merged.fill(options);
        }
      }
      CommandLine parent = spec.parent() == null ? null : spec.parent().commandLine();
      spec = parent == null ? null : parent.getCommandSpec();
    }
    return merged;
  }

  private void fill(CommonOptions outer) {
    dir = dir != null ? dir : outer.dir;
    cluster = cluster != null ? cluster : outer.cluster;
    namenodes = namenodes != null ? namenodes : outer.namenodes;
    noGlob |= outer.noGlob;
    quiet |= outer.quiet;
    verbose |= outer.verbose;
  }

  /// The directory of a cluster of this machine, if it was named.
  public Optional<Path> directory() {
    return Optional.ofNullable(dir);
  }

  /// The name of the cluster, if it was given.
  public Optional<String> cluster() {
    return Optional.ofNullable(cluster);
  }

  /// The namenodes, with commas between, if they were given.
  public Optional<String> namenodes() {
    return Optional.ofNullable(namenodes);
  }

  /// Whether progress and summaries are unwanted.
  public boolean quiet() {
    return quiet;
  }

  /// Whether more than usual is to be told.
  public boolean verbose() {
    return verbose;
  }
}
