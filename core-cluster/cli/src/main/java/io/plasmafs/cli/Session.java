package io.plasmafs.cli;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What one command works with: the cluster, the standard streams, and its exit code.
///
/// Within a script (`plasma tx`) all commands share one transaction, and the first failure ends it;
/// otherwise a failure is told, the command goes on with its next object, and the exit code is 1.
final class Session implements AutoCloseable {
  private final String command;
  private final Console console;
  private final CommonOptions options;
  private final PlasmaClient client;
  private final Optional<LocalCluster> local;
  private final Optional<Transaction> script;
  private int exitCode;

  private Session(
      String command,
      Console console,
      CommonOptions options,
      PlasmaClient client,
      Optional<LocalCluster> local,
      Optional<Transaction> script) {
    this.command = command;
    this.console = console;
    this.options = options;
    this.client = client;
    this.local = local;
    this.script = script;
  }

  /// Connects to the cluster that the options name.
  static Session open(String command, Console console, CommonOptions options) {
    ClusterChoice choice = ClusterChoice.of(options, console.environment(), console.home());
    return new Session(
        command, console, options, choice.connect(), choice.local(), Optional.empty());
  }

  /// The session of a command in a script, whose changes belong to the script's transaction.
  Session within(Transaction transaction, String scriptedCommand, CommonOptions scriptedOptions) {
    return new Session(
        scriptedCommand, console, scriptedOptions, client, local, Optional.of(transaction));
  }

  /// The session of a command that another one runs, each time anew. It need not be closed.
  Session again(String repeated, CommonOptions repeatedOptions) {
    return new Session(repeated, console, repeatedOptions, client, local, Optional.empty());
  }

  Console console() {
    return console;
  }

  Output out() {
    return console.out();
  }

  CommonOptions options() {
    return options;
  }

  PlasmaClient client() {
    return client;
  }

  /// The cluster, if it is one of this machine that was found by its directory.
  Optional<LocalCluster> local() {
    return local;
  }

  /// The files: of the script's transaction, or as committed.
  Namespace files() {
    return script.isPresent() ? script.get() : client;
  }

  /// Whether the command is part of a script.
  boolean isScripted() {
    return script.isPresent();
  }

  /// Work that takes effect as a whole or not at all.
  @FunctionalInterface
  interface Work {
    void run(Transaction transaction) throws IOException;
  }

  /// Does the work in a transaction and commits it; within a script, in the script's.
  ///
  /// @return number of the commit; 0 if nothing was changed, or within a script
  long inTransaction(Work work) throws IOException {
    if (script.isPresent()) {
      work.run(script.get());
      return 0;
    }
    try (Transaction transaction = client.begin()) {
      work.run(transaction);
      return transaction.commit();
    }
  }

  /// Something to do with one object.
  @FunctionalInterface
  interface Action<T> {
    void run(T object) throws IOException;
  }

  /// Does it for each path that each argument stands for; a failure is told, and the others done.
  void forEach(List<String> arguments, Action<FsPath> action) throws IOException {
    for (String argument : arguments) {
      for (FsPath path : expand(argument)) {
        attempt(out().shown(path), () -> action.run(path));
      }
    }
  }

  /// A piece of work that may fail on its own.
  @FunctionalInterface
  interface Attempt {
    void run() throws IOException;
  }

  /// Does it; a failure is told. Within a script, and where going on is no use, it is thrown.
  void attempt(String subject, Attempt work) throws IOException {
    try {
      work.run();
    } catch (FsException | IOException | CommandFailure e) {
      if (script.isPresent() || Failures.status(e) == FsStatus.EUNAVAIL) {
        throw e;
      }
      report(subject, e);
    }
  }

  /// Tells of a failure, after which the command goes on.
  void report(String subject, Exception failure) {
    console.out().flush();
    console.err().line("plasma: " + command + ": " + Failures.describe(subject, failure));
    console.err().flush();
    exitCode = ExitCode.FAILURE;
  }

  /// Tells what was done, unless the user wants it quiet.
  void summary(String text) {
    if (!options.quiet()) {
      console.out().line(text);
    }
  }

  /// What was asked about is not as it should be: the exit code says so.
  void problem() {
    exitCode = ExitCode.FAILURE;
  }

  int exitCode() {
    return exitCode;
  }

  /// Ends with the exit code of a command that this one ran.
  void endAs(Session other) {
    exitCode = other.exitCode;
  }

  /// The paths that an argument stands for: itself, or what its pattern matches. As with a shell, a
  /// pattern that matches nothing stands for itself.
  List<FsPath> expand(String argument) {
    return options.noGlob
        ? List.of(ClusterPath.parse(argument))
        : ClusterPath.expand(argument, files());
  }

  /// The one path that an argument stands for.
  FsPath single(String argument) {
    List<FsPath> paths = expand(argument);
    if (paths.size() != 1) {
      throw new CommandFailure(
          argument + ": the pattern matches " + paths.size() + " objects, where one is needed");
    }
    return paths.get(0);
  }

  /// Attributes of what is there, a symbolic link followed; nothing if there is nothing.
  static Optional<Attributes> lookup(Namespace files, FsPath path) {
    try {
      return Optional.of(files.stat(path));
    } catch (FsException e) {
      if (e.status() == FsStatus.ENOENT || e.status() == FsStatus.ENOTDIR) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Lets the connection go.
  @Override
  public void close() {
    if (script.isEmpty()) {
      client.close();
    }
  }
}
