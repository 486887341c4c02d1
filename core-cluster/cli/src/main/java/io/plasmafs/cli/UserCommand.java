package io.plasmafs.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A command that works with the files of a cluster. It has its options as fields and does its work
/// in [#run]; where and for whom, the session says.
abstract class UserCommand implements Callable<Integer> {
  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec;

  /// Does the work. What is thrown ends the command with one line on standard error; what the
  /// session was told of ends it with exit code 1.
  abstract void run(Session session) throws IOException;

  /// Refuses options that make no sense together, before anybody connects.
  void check() {}

  @Override
  public final Integer call() throws IOException {
    check();
    Console console = ((PlasmaCommand) spec.root().userObject()).console();
    try (Session session = Session.open(name(), console, CommonOptions.of(spec))) {
      run(session);
      console.out().flush();
      return session.exitCode();
    }
  }

  /// Its name as it is typed, without `plasma`.
  final String name() {
    String qualified = spec.qualifiedName();
    return qualified.startsWith("plasma ") ? qualified.substring("plasma ".length()) : qualified;
  }

  /// A mistake in the command line.
  ParameterException misuse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
