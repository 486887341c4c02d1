package io.plasmafs.cli;

import static java.util.stream.Collectors.toSet;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// The command `plasma`: the commands for files, and those that others add. Here, and only here,
/// failures become a line on standard error and an exit code.
///
/// | Exit code | Meaning |
/// |---|---|
/// | 0 | all was done |
/// | 1 | something could not be done; a line on standard error says what |
/// | 2 | the command line makes no sense |
@Command(
    name = "plasma",
    description = "A distributed filesystem in which every change is a transaction.",
    versionProvider = PlasmaCommand.Version.class,
    usageHelpAutoWidth = true,
    footer = {
      "",
      "plasma COMMAND --help tells more of each. Options may stand before or after COMMAND.",
      "Paths in the cluster start at its root; * ? [..] in them are patterns: quote them."
    })
public final class PlasmaCommand implements Runnable {
  private static final String LOOKING = "Looking at files";
  private static final String COPYING = "Copying data";
  private static final String CHANGING = "Changing files";
  private static final String MORE = "More";
  private static final String RUNNING = "Running a cluster";

  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      order = 98,
      description = "Tell the version.")
  boolean version;

  private final Console console;

  private PlasmaCommand(Console console) {
    this.console = console;
  }

  /// A command of this package, made only when it is needed: looking at all their annotations takes
  /// longer than most commands run.
  private record Entry(String group, Supplier<Object> command) {}

  private static Map<String, Entry> entries() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    entries.put("ls", new Entry(LOOKING, LsCommand::new));
    entries.put("tree", new Entry(LOOKING, TreeCommand::new));
    entries.put("stat", new Entry(LOOKING, StatCommand::new));
    entries.put("find", new Entry(LOOKING, FindCommand::new));
    entries.put("du", new Entry(LOOKING, DuCommand::new));
    entries.put("df", new Entry(LOOKING, DfCommand::new));
    entries.put("status", new Entry(RUNNING, StatusCommand::new));
    entries.put("datanode", new Entry(RUNNING, DatanodeCommand::new));
    entries.put("fsck", new Entry(RUNNING, FsckCommand::new));
    entries.put("balance", new Entry(RUNNING, BalanceCommand::new));
    entries.put("blocks", new Entry(LOOKING, BlocksCommand::new));
    entries.put("readlink", new Entry(LOOKING, ReadlinkCommand::new));
    entries.put("put", new Entry(COPYING, PutCommand::new));
    entries.put("get", new Entry(COPYING, GetCommand::new));
    entries.put("cat", new Entry(COPYING, CatCommand::new));
    entries.put("cp", new Entry(COPYING, CpCommand::new));
    entries.put("sync", new Entry(COPYING, SyncCommand::new));
    entries.put("mkdir", new Entry(CHANGING, MkdirCommand::new));
    entries.put("rm", new Entry(CHANGING, RmCommand::new));
    entries.put("rmdir", new Entry(CHANGING, RmdirCommand::new));
    entries.put("mv", new Entry(CHANGING, MvCommand::new));
    entries.put("ln", new Entry(CHANGING, LnCommand::new));
    entries.put("touch", new Entry(CHANGING, TouchCommand::new));
    entries.put("truncate", new Entry(CHANGING, TruncateCommand::new));
    entries.put("chmod", new Entry(CHANGING, ChmodCommand::new));
    entries.put("chown", new Entry(CHANGING, ChownCommand::new));
    entries.put("xattr", new Entry(CHANGING, XattrCommand::new));
    entries.put("tx", new Entry(MORE, TxCommand::new));
    entries.put("watch", new Entry(MORE, WatchCommand::new));
    entries.put("generate-completion", new Entry(MORE, AutoComplete.GenerateCompletion::new));
    return entries;
  }

  /// The command with all that belongs to it.
  ///
  /// @param more commands of others, annotated with [Command]
  public static CommandLine commandLine(Object... more) {
    return commandLine(Console.ofProcess(), Set.of(), more);
  }

  /// Runs the command line of this process and gives its exit code. Arguments that the JVM could
  /// not decode by the locale are had from the operating system.
  ///
  /// @param more commands of others, annotated with [Command]
  public static int run(String[] args, Object... more) {
    return run(Console.ofProcess(), RawArguments.recover(args), more);
  }

  static int run(Console console, String[] args, Object... more) {
    Set<String> words = Set.copyOf(Arrays.asList(args).stream().distinct().toList());
    Set<String> others = Arrays.stream(more).map(PlasmaCommand::annotatedName).collect(toSet());
    boolean own = others.stream().noneMatch(words::contains);
    if (own && !words.contains("-v") && !words.contains("--verbose")) {
      // Nobody reads a log of a short command, and setting one up takes long.
      System.setProperty("slf4j.internal.verbosity", "WARN");
      System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
    }
    CommandLine line = commandLine(console, words, more);
    try {
      return line.execute(args);
    } catch (LinkageError | VirtualMachineError e) {
      // No memory left, or an installation with pieces missing: picocli lets these pass.
      if (words.contains("-v") || words.contains("--verbose")) {
        throw e;
      }
      console.err().line("plasma: " + e);
      return ExitCode.FAILURE;
    } finally {
      try {
        console.out().flush();
        console.err().flush();
      } catch (Output.Closed e) {
        // Nobody is there to be told.
      }
    }
  }

  /// @param words of the command line: only commands named there are made, all if none is
  static CommandLine commandLine(Console console, Set<String> words, Object... more) {
    PlasmaCommand top = new PlasmaCommand(console);
    CommandLine line = new CommandLine(top);
    Map<String, List<String>> groups = new LinkedHashMap<>();
    Map<String, Object> others = new LinkedHashMap<>();
    for (Object command : more) {
      others.put(annotatedName(command), command);
    }
    Map<String, Entry> own = entries();
    boolean named =
        own.keySet().stream().anyMatch(words::contains)
            || others.keySet().stream().anyMatch(words::contains);
    boolean all = !named || words.contains("generate-completion");
    others.forEach((name, command) -> {
      if (all || words.contains(name)) {
        line.addSubcommand(name, command);
        groups.computeIfAbsent(RUNNING, g -> new ArrayList<>()).add(name);
      }
    });
    own.forEach((name, entry) -> {
      if (all || words.contains(name)) {
        line.addSubcommand(name, entry.command().get());
        groups.computeIfAbsent(entry.group(), g -> new ArrayList<>()).add(name);
      }
    });
    if (line.getSubcommands().containsKey("chmod")) {
      // -w and go-x are modes.
      line.getSubcommands().get("chmod").setUnmatchedOptionsArePositionalParams(true);
    }
    if (line.getSubcommands().containsKey("watch")) {
      // What follows the command's name is the command's.
      line.getSubcommands().get("watch").setStopAtPositional(true);
    }
    convert(line, Path.class, LocalPaths::of);
    convert(line, ByteSize.class, ByteSize::parse);
    convert(line, Integer.class, Numbers::whole);
    convert(line, int.class, Numbers::whole);
    convert(line, Double.class, Numbers::number);
    convert(line, double.class, Numbers::number);
    line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    line.setUsageHelpLongOptionsMaxWidth(28);
    line.setExecutionExceptionHandler(executionFailures(console));
    line.setParameterExceptionHandler(usageMistakes(console));
    CommandGroups.show(line, groups);
    inOurOrder(line);
    return line;
  }

  /// How arguments of a type are read, here and in all commands: what is no value is told in the
  /// words of `reader`, without those of Java.
  private static <T> void convert(CommandLine line, Class<T> type, Function<String, T> reader) {
    line.registerConverter(
        type,
        text -> {
          try {
            return reader.apply(text);
          } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
          }
        });
  }

  /// What a command is for first, options that all have last.
  private static void inOurOrder(CommandLine line) {
    line.getCommandSpec().usageMessage().sortOptions(false);
    line.getSubcommands().values().forEach(PlasmaCommand::inOurOrder);
  }

  private static IExecutionExceptionHandler executionFailures(Console console) {
    return (thrown, command, parsed) -> {
      if (thrown instanceof ParameterException misuse) {
        return usageMistakes(console).handleParseException(misuse, new String[0]);
      }
      if (thrown instanceof Output.Closed closed && closed.isBrokenPipe()) {
        return ExitCode.BROKEN_PIPE;
      }
      if (!(thrown instanceof Output.Closed)) {
        console.out().flush();
      }
      console.err().line("plasma: " + nameOf(command) + ": " + Failures.describe(thrown));
      if (isVerbose(command, console)) {
        thrown.printStackTrace(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
      }
      console.err().flush();
      return ExitCode.FAILURE;
    };
  }

  private static IParameterExceptionHandler usageMistakes(Console console) {
    return (mistake, args) -> {
      CommandLine command = mistake.getCommandLine();
      console.out().flush();
      console
          .err()
          .line("plasma: " + prefix(command) + String.valueOf(mistake.getMessage()).strip());
      CommandLine.UnmatchedArgumentException.printSuggestions(mistake, command.getErr());
      console.err().line("Try '" + command.getCommandSpec().qualifiedName() + " --help' for more.");
      console.err().flush();
      return ExitCode.USAGE;
    };
  }

  private static String annotatedName(Object annotated) {
    return annotated.getClass().getAnnotation(Command.class).name();
  }

  private static String nameOf(CommandLine command) {
    String qualified = command.getCommandSpec().qualifiedName();
    return qualified.startsWith("plasma ") ? qualified.substring("plasma ".length()) : qualified;
  }

  private static String prefix(CommandLine command) {
    return command.getParent() == null ? "" : nameOf(command) + ": ";
  }

  private static boolean isVerbose(CommandLine command, Console console) {
    return CommonOptions.of(command.getCommandSpec()).verbose()
        || !console.environment().getOrDefault("PLASMA_DEBUG", "").isEmpty();
  }

  Console console() {
    return console;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  /// Tells the version that the build wrote into the manifest.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = PlasmaCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "plasma " + (version == null ? "of an unpacked build" : version),
        "Java " + System.getProperty("java.version")
      };
    }
  }
}
