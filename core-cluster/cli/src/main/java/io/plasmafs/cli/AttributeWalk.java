package io.plasmafs.cli;

import io.plasmafs.client.Transaction;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// Changes attributes of files, or of whole trees, in one transaction.
///
/// @param recursive all below directories too; symbolic links there are left alone or, with
///   `linksThemselves`, changed themselves
record AttributeWalk(boolean recursive, boolean linksThemselves) {
  private static final int BATCH = 1000;

  /// Makes the changes that `change` computes from what is there.
  void run(Session session, List<String> arguments, Function<Attributes, AttributeChanges> change)
      throws IOException {
    session.inTransaction(transaction -> {
      for (String argument : arguments) {
        for (FsPath path : session.expand(argument)) {
          if (recursive) {
            below(transaction, path, change);
          } else {
            one(transaction, path, change);
          }
        }
      }
    });
  }

  private void one(
      Transaction transaction, FsPath path, Function<Attributes, AttributeChanges> change) {
    Attributes before = linksThemselves ? transaction.lstat(path) : transaction.stat(path);
    transaction.execute(
        new Operation.SetAttributes(Location.of(path), !linksThemselves, change.apply(before)));
  }

  private void below(
      Transaction transaction, FsPath start, Function<Attributes, AttributeChanges> change) {
    List<Operation> batch = new ArrayList<>();
    // What is above goes last, so that taking a right away does not end the walk.
    List<Operation> directories = new ArrayList<>();
    try (Stream<TreeEntry> walk = transaction.walk(start)) {
      for (Iterator<TreeEntry> i = walk.iterator(); i.hasNext(); ) {
        TreeEntry entry = i.next();
        if (entry.attributes().isSymlink() && !linksThemselves) {
          continue;
        }
        Operation operation =
            new Operation.SetAttributes(
                Location.of(entry.attributes().inode()), false, change.apply(entry.attributes()));
        if (entry.attributes().isDirectory()) {
          directories.add(operation);
        } else {
          batch.add(operation);
        }
        if (batch.size() == BATCH) {
          transaction.execute(batch);
          batch.clear();
        }
      }
    }
    Batches.execute(transaction, batch);
    Batches.execute(transaction, directories.reversed());
  }
}
