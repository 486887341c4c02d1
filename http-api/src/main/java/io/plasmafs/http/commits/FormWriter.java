package io.plasmafs.http.commits;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.FormBody;
import io.plasmafs.http.exchange.JsonInput;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.files.FilePath;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes the parts of a form into a transaction: each is a file, whose path is the part's name. A
/// part named `commit` without a file name is the JSON of what else the commit is to find and do.
///
/// Small files are gathered, large ones streamed.
final class FormWriter implements FormBody.Taker {
  private static final String JSON = "commit";
  private static final int SMALL = 256 << 10;
  private static final int MAX_JSON = 1 << 20;
  private static final int MODE = 0644;
  private static final int PARENT_MODE = 0755;

  private final Transaction transaction;
  private final StepRunner runner;
  private final FsPath base;
  private final boolean parents;
  private final Set<FsPath> made = new HashSet<>();
  private final Set<FsPath> put = new HashSet<>();
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();

  private FormBody.@Nullable Part part;
  private @Nullable PlasmaOutputStream out;
  private Optional<CommitRequest> request = Optional.empty();

  /// @param base what paths are below
  /// @param parents whether to make missing directories
  FormWriter(Transaction transaction, StepRunner runner, FsPath base, boolean parents) {
    this.transaction = transaction;
    this.runner = runner;
    this.base = base;
    this.parents = parents;
  }

  private static boolean isJson(FormBody.Part part) {
    return part.name().equals(JSON) && part.fileName().isEmpty();
  }

  private FormBody.Part part() {
    FormBody.Part current = part;
    if (current == null) {
      throw new IllegalStateException("content outside of a part");
    }
    return current;
  }

  private FsPath path() {
    return FilePath.checked(base.resolve(FsPath.of(part().name())));
  }

  @Override
  public void begin(FormBody.Part next) {
    part = next;
    gathered.reset();
    if (isJson(next)) {
      return;
    }
    FsPath path = path();
    if (!put.add(path)) {
      throw Problem.badRequest(path + " is put twice");
    }
    if (parents && !path.parent().isEmpty() && made.add(path.parent())) {
      var unused = transaction.mkdirs(path.parent(), PARENT_MODE);
    }
  }

  @Override
  public void content(ByteBuffer piece) throws IOException {
    PlasmaOutputStream stream = out;
    if (stream != null) {
      int unused = stream.write(piece);
      return;
    }
    int most = isJson(part()) ? MAX_JSON : SMALL;
    if (gathered.size() + piece.remaining() <= most) {
      byte[] bytes = new byte[piece.remaining()];
      piece.get(bytes);
      gathered.writeBytes(bytes);
      return;
    }
    if (isJson(part())) {
      throw Problem.tooLarge("the part 'commit' is longer than " + MAX_JSON + " bytes");
    }
    runner.finish();
    PlasmaOutputStream opened =
        transaction.openOutput(Location.of(path()), WriteOptions.DEFAULT.withMode(MODE));
    out = opened;
    opened.write(gathered.toByteArray());
    int unused = opened.write(piece);
  }

  @Override
  public void end() throws IOException {
    PlasmaOutputStream stream = out;
    if (stream != null) {
      stream.close();
      out = null;
      runner.wrote(path(), stream.inode(), part().contentType());
      return;
    }
    byte[] content = gathered.toByteArray();
    if (isJson(part())) {
      request = Optional.of(CommitRequest.of(JsonInput.parse(content)));
      return;
    }
    Optional<String> type = Optional.of(part().contentType()).filter(FormWriter::isWorthStoring);
    runner.add(new Step.Put(path(), ByteBuffer.wrap(content), MODE, type));
  }

  /// What curl and browsers say of files whose kind they do not know is not worth keeping.
  private static boolean isWorthStoring(String type) {
    return ContentTypes.isWorthStoring(type) && !type.equals(ContentTypes.UNKNOWN);
  }

  /// Does what the form says beside its files.
  void finish() throws IOException {
    if (request.isPresent()) {
      if (!request.get().requirements().isEmpty()) {
        var unused = transaction.execute(request.get().requirements());
      }
      for (Step step : request.get().steps()) {
        runner.add(step);
      }
    }
    runner.finish();
  }

  /// Gives up the file that is being written.
  void abort() {
    PlasmaOutputStream stream = out;
    if (stream != null) {
      stream.abort();
    }
  }
}
