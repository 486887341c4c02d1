package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.Missing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Attributes of many objects: each has a status of its own. What is not in memory is asked for
/// together.
final class StatMany {
  private StatMany() {}

  static Outcome run(Step step, Operation.StatMany op) {
    List<Outcome.Found> found = new ArrayList<>(op.objects().size());
    Missing missing = null;
    for (Operation.Stat object : op.objects()) {
      try {
        InodeRecord inode = step.existing(object.where(), object.follow()).existing();
        found.add(new Outcome.Found(FsStatus.OK, Optional.of(inode.attributes())));
      } catch (FsException e) {
        found.add(new Outcome.Found(e.status(), Optional.empty()));
      } catch (Missing e) {
        missing = e;
      }
    }
    if (missing != null) {
      throw missing;
    }
    return new Outcome.Inodes(found);
  }
}
