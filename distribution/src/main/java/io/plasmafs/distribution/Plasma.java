package io.plasmafs.distribution;

import io.plasmafs.cli.PlasmaCommand;

/// The `plasma` command in full: what users do with files, and what runs a cluster.
public final class Plasma {
  private Plasma() {}

  /// Runs one command and ends the process with its exit code.
  public static void main(String[] args) {
    System.exit(
        PlasmaCommand.run(
            args,
            new UpCommand(),
            new DownCommand(),
            new StopCommand(),
            new StartCommand(),
            new HttpCommand(),
            new WebdavCommand()));
  }
}
