package io.plasmafs.distribution;

import io.plasmafs.cli.CommandFailure;
import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.FsException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A datanode of a cluster of this machine, as the user has named it.
///
/// Its process has a number, from 1 on, and the cluster has given it one: these are the same unless
/// a datanode was removed and started again, or the cluster is older than that rule.
///
/// @param number of its process
/// @param listed its name in `plasma datanode list`, where that is known
record LocalDatanode(int number, Optional<String> listed) {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// Finds the datanode that `typed` names: by its name in the list or that of its process, or by
  /// its address.
  ///
  /// @param all datanodes as the cluster lists them; none if it cannot be asked
  /// @throws CommandFailure if there is none, or two that may be meant
  static LocalDatanode of(String typed, ClusterSettings settings, List<Datanode> all) {
    Optional<Integer> byProcess =
        IntStream.rangeClosed(1, settings.datanodes())
            .filter(number ->
                LocalRoles.datanodeName(number).equals(typed)
                    || settings.datanodeAddress(number).equals(typed))
            .boxed()
            .findFirst();
    boolean address = typed.indexOf(':') >= 0;
    Optional<Integer> byList =
        address
            ? Optional.empty()
            : all.stream()
                .filter(each -> nameOf(each).equals(typed))
                .findFirst()
                .flatMap(each -> processOf(each, settings));
    if (byProcess.isPresent() && byList.isPresent() && !byProcess.equals(byList)) {
      throw new CommandFailure(
          typed
              + " of the cluster is the process "
              + LocalRoles.datanodeName(byList.get())
              + " here: say which one you mean by its address, "
              + settings.datanodeAddress(byList.get())
              + " or "
              + settings.datanodeAddress(byProcess.get()));
    }
    int number =
        byList
            .or(() -> byProcess)
            .orElseThrow(() ->
                new CommandFailure(
                    typed
                        + " is no datanode that plasma up runs here: there are "
                        + LocalRoles.datanodeName(1)
                        + " to "
                        + LocalRoles.datanodeName(settings.datanodes())));
    return new LocalDatanode(
        number,
        all.stream()
            .filter(each -> processOf(each, settings).equals(Optional.of(number)))
            .reduce((older, newer) -> newer)
            .map(LocalDatanode::nameOf));
  }

  /// The datanodes as the cluster lists them; none if it does not answer.
  static List<Datanode> list(ClusterSettings settings) {
    ClientConfig config =
        ClientConfig.of(settings.name(), settings.namenodeAddress()).withTimeout(PATIENCE);
    try (PlasmaClient client = PlasmaClient.connect(config)) {
      return client.status().datanodes();
    } catch (FsException e) {
      return List.of();
    }
  }

  /// Its process is its host in the cluster, so that copies are spread over processes.
  private static Optional<Integer> processOf(Datanode datanode, ClusterSettings settings) {
    return IntStream.rangeClosed(1, settings.datanodes())
        .filter(number -> LocalRoles.datanodeName(number).equals(datanode.host()))
        .boxed()
        .findFirst();
  }

  private static String nameOf(Datanode datanode) {
    return "datanode-" + datanode.id().value();
  }

  /// The name of its process.
  String process() {
    return LocalRoles.datanodeName(number);
  }

  /// Both of its names, if they differ.
  @Override
  public String toString() {
    return listed
        .filter(name -> !name.equals(process()))
        .map(name -> process() + ", which is listed as " + name + ",")
        .orElse(process());
  }
}
