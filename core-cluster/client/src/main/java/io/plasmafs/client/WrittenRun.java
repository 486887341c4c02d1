package io.plasmafs.client;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A reserved run of blocks that is being written, front to back.
final class WrittenRun {
  final GrantedExtent granted;

  /// Datanodes that lost what they were sent of it.
  final Set<DatanodeId> failed = new HashSet<>();

  /// One past the last block acknowledged.
  long acknowledged;

  /// One past the last block that data were sent to.
  long end;

  /// Past this block nothing is written to it any more.
  long limit;

  boolean completed;

  WrittenRun(GrantedExtent granted) {
    this.granted = granted;
    this.acknowledged = granted.extent().index();
    this.end = acknowledged;
    this.limit = granted.extent().end();
  }

  long start() {
    return granted.extent().index();
  }

  boolean holds(long block) {
    return start() <= block && block < limit;
  }

  /// A part of the run on the datanodes that have not failed; empty lists if all have.
  GrantedExtent survivors(Extent part) {
    return without(new GrantedExtent(part, granted.tickets()), failed);
  }

  /// The run on other datanodes than these; its lists are empty if there are none.
  static GrantedExtent without(GrantedExtent run, Set<DatanodeId> failed) {
    Extent extent = run.extent();
    List<Replica> replicas = new ArrayList<>();
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < extent.replicas().size(); i++) {
      if (!failed.contains(extent.replicas().get(i).datanode())) {
        replicas.add(extent.replicas().get(i));
        tickets.add(run.tickets().get(i));
      }
    }
    return new GrantedExtent(
        new Extent(
            extent.index(), extent.count(), extent.generation(), replicas, extent.checksums()),
        tickets);
  }

  /// The one of these that holds a block.
  static WrittenRun holding(Iterable<WrittenRun> runs, long block) {
    for (WrittenRun run : runs) {
      if (run.holds(block)) {
        return run;
      }
    }
    throw new FsException(
        FsStatus.EFAILED,
        "the server reserved no run for block " + block + ", which was asked for");
  }
}
