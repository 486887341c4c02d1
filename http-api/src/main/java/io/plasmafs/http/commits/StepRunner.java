package io.plasmafs.http.commits;

import io.plasmafs.client.NewFile;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.commits.CommitResult.Written;
import io.plasmafs.http.files.Answers;
import io.plasmafs.http.files.TreeCopy;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.XattrMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Does the steps of a commit in a transaction, those of a kind that follow one another together: a
/// thousand files need a few round trips.
final class StepRunner {
  private static final int FILES_AT_A_TIME = 1000;
  private static final int OPERATIONS_AT_A_TIME = 1000;

  private final Transaction transaction;
  private final long bytesAtATime;
  private final List<Written> written = new ArrayList<>();

  // What has been taken and not been done; of the two kinds one is empty.
  private final List<Step.Put> puts = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private long bytes;

  private int taken;
  private int current;

  /// @param bytesAtATime so many bytes of small files are gathered
  StepRunner(Transaction transaction, long bytesAtATime) {
    this.transaction = transaction;
    this.bytesAtATime = bytesAtATime;
  }

  /// The files that have new content.
  List<Written> written() {
    return written;
  }

  /// Index of the step that failed, or of the first of those that were done together; for messages.
  int current() {
    return current;
  }

  /// Takes a step, and does it now or with those that follow.
  void add(Step step) throws IOException {
    if ((!puts.isEmpty() && !(step instanceof Step.Put))
        || (!operations.isEmpty() && !(step instanceof Step.Plain))) {
      finish();
    }
    switch (step) {
      case Step.Put put -> {
        puts.add(put);
        bytes += put.content().remaining();
        taken++;
        if (puts.size() >= FILES_AT_A_TIME || bytes >= bytesAtATime) {
          finish();
        }
      }
      case Step.Plain(Operation operation) -> {
        operations.add(operation);
        taken++;
        if (operations.size() >= OPERATIONS_AT_A_TIME) {
          finish();
        }
      }
      case Step.Publish publish -> publish(publish);
      case Step.Copy copy -> copy(copy);
      case Step.Delete(FsPath path) -> delete(path);
      case Step.SetAttributes set -> {
        var unused =
            transaction.execute(set.patch().operations(transaction, Location.of(set.path())));
        done();
      }
    }
  }

  private void done() {
    taken++;
    current = taken;
  }

  /// Does what was taken.
  void finish() {
    if (!puts.isEmpty()) {
      putFiles();
    }
    if (!operations.isEmpty()) {
      runOperations();
    }
    current = taken;
  }

  private void putFiles() {
    List<NewFile> files =
        puts.stream()
            .map(put ->
                new NewFile(
                    Location.of(put.path()),
                    WriteOptions.DEFAULT.withMode(put.mode()),
                    AttributeChanges.NONE,
                    put.content().duplicate()))
            .toList();
    List<InodeId> inodes = transaction.writeAll(files);
    List<Operation> types = new ArrayList<>();
    for (int i = 0; i < inodes.size(); i++) {
      InodeId inode = inodes.get(i);
      Step.Put put = puts.get(i);
      written.add(new Written(put.path(), inode, 0));
      put.type().ifPresent(type -> types.add(type(inode, type)));
    }
    if (!types.isEmpty()) {
      var unused = transaction.execute(types);
    }
    puts.clear();
    bytes = 0;
  }

  private void runOperations() {
    Answer answer = Answers.of(transaction, operations);
    if (answer.failure().isPresent()) {
      current += Math.max(0, answer.failure().get().operation());
      throw answer.failure().get().cause();
    }
    operations.clear();
  }

  /// Takes note of a file that was written beside.
  void wrote(FsPath path, InodeId inode, String type) {
    if (ContentTypes.isWorthStoring(type)) {
      var unused = transaction.execute(type(inode, type));
    }
    written.add(new Written(path, inode, 0));
    done();
  }

  private void copy(Step.Copy copy) throws IOException {
    InodeId inode = new TreeCopy(transaction).copy(copy.from(), copy.to(), copy.noReplace());
    if (transaction.lstat(copy.to()).isRegular()) {
      written.add(new Written(copy.to(), inode, 0));
    }
    done();
  }

  private void delete(FsPath path) {
    if (transaction.lstat(path).isDirectory()) {
      transaction.rmdir(path);
    } else {
      transaction.unlink(path);
    }
    done();
  }

  private void publish(Step.Publish publish) {
    Attributes upload = Uploads.find(transaction, publish.upload());
    List<Operation> steps = new ArrayList<>();
    steps.add(
        new Operation.Rename(
            Location.of(Uploads.path(publish.upload())),
            Location.of(publish.path()),
            RenameMode.REPLACE));
    steps.add(
        new Operation.SetAttributes(
            Location.of(upload.inode()), false, AttributeChanges.NONE.withMode(publish.mode())));
    publish.type().ifPresent(type -> steps.add(type(upload.inode(), type)));
    var unused = transaction.execute(steps);
    written.add(new Written(publish.path(), upload.inode(), upload.contentVersion()));
    done();
  }

  private static Operation type(InodeId inode, String type) {
    return new Operation.SetXattr(
        Location.of(inode),
        false,
        XattrMode.SET,
        ContentTypes.ATTRIBUTE,
        Bytes.wrap(type.getBytes(StandardCharsets.US_ASCII)));
  }
}
