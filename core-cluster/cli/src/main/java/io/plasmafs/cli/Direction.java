package io.plasmafs.cli;

import java.util.List;

/// Between what `cp` and `mv` work. What is local is written `file:PATH`.
enum Direction {
  WITHIN_CLUSTER,
  INTO_CLUSTER,
  OUT_OF_CLUSTER;

  /// The direction that the arguments of a command say.
  ///
  /// @param arguments sources, and the destination at the end
  static Direction of(UserCommand command, List<String> arguments) {
    List<String> sources = arguments.subList(0, arguments.size() - 1);
    boolean toLocal = LocalPaths.isNamed(arguments.getLast());
    long local = sources.stream().filter(LocalPaths::isNamed).count();
    if (local == 0) {
      return toLocal ? OUT_OF_CLUSTER : WITHIN_CLUSTER;
    }
    if (toLocal) {
      throw command.misuse("from the local disk to the local disk is not what this is for");
    }
    if (local < sources.size()) {
      throw command.misuse("some sources are local (file:PATH), and some are in the cluster");
    }
    return INTO_CLUSTER;
  }
}
