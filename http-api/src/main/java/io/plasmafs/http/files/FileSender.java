package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Answers GET and HEAD of a file with its content.
///
/// A small file costs one call to the namenode: content, attributes and stored type come together.
public final class FileSender {
  private final FileBody body;

  /// @param buffers for content on its way
  public FileSender(TransferBuffers buffers) {
    this.body = new FileBody(buffers);
  }

  /// What has to be known of a file to send it.
  static List<Operation> question(FsPath path) {
    Location where = Location.of(path);
    return List.of(
        new Operation.Read(where, true, 0, 0),
        new Operation.GetXattr(where, true, ContentTypes.ATTRIBUTE));
  }

  /// Sends a file, if all of its content came with the answer to [#question]. Waits for nothing.
  ///
  /// @return whether it did
  boolean sendAtOnce(Exchange exchange, FsPath path, Answer answer) throws IOException {
    if (answer.outcomes().isEmpty()
        || !(answer.outcomes().get(0)
            instanceof Outcome.Content(Attributes attributes, Outcome.Body.Inline(Bytes bytes)))
        || bytes.length() != attributes.size()) {
      return false;
    }
    body.send(exchange, attributes, type(path, answer), Content.of(bytes, attributes));
    return true;
  }

  /// Sends the file at `path`, which is what the exchange's URL names.
  ///
  /// @return whether it is one; nothing is sent of a directory
  /// @throws FsException ENOTDIR if the URL of a file ends with a slash
  public boolean send(Exchange exchange, Scope scope, FsPath path) throws Exception {
    Answer answer = exchange.early().orElseGet(() -> Answers.of(scope.namespace(), question(path)));
    if (answer.outcomes().isEmpty()) {
      FsException failure = answer.failure().orElseThrow().cause();
      if (failure.status() == FsStatus.EISDIR) {
        return false;
      }
      throw failure;
    }
    if (FilePath.meansDirectory(exchange)) {
      throw new FsException(FsStatus.ENOTDIR, path + " is a file: its URL ends without a slash");
    }
    exchange.query().allow();
    String type = type(path, answer);
    Outcome.Content content = (Outcome.Content) answer.outcomes().get(0);
    switch (content.body()) {
      case Outcome.Body.Inline(Bytes bytes) ->
          body.send(exchange, content.attributes(), type, Content.of(bytes, content.attributes()));
      case Outcome.Body.Blocks blocks -> {
        try (PlasmaFile file =
            scope.namespace().openFile(Location.of(content.attributes().inode()))) {
          body.send(exchange, file.attributes(), type, Content.of(file));
        } catch (PlasmaIOException e) {
          throw e.failure();
        }
      }
    }
    return true;
  }

  private static String type(FsPath path, Answer answer) {
    if (answer.outcomes().size() > 1) {
      String stored =
          new String(
              ((Outcome.Value) answer.outcomes().get(1)).bytes().unsafeArray(),
              StandardCharsets.UTF_8);
      if (ContentTypes.isSafe(stored)) {
        return stored;
      }
    }
    return ContentTypes.byName(path.last());
  }
}
