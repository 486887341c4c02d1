package io.plasmafs.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.testkit.contract.BeyondTheDoor;
import io.plasmafs.testkit.contract.FilesystemUnderTest;
import io.plasmafs.testkit.contract.TransactionUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// The files of a gateway, by requests as any program could send them: below `/v1/fs`, or within a
/// transaction below `/v1/tx/{id}/fs`.
class HttpUnderTest implements FilesystemUnderTest {
  /// Longer targets of symbolic links do not fit into a URL.
  private static final int LONGEST_IN_URL = 4000;

  private final HttpCaller http;
  private final String files;
  private final Function<Principal, FilesystemUnderTest> others;

  /// @param files the path of the root's URL, without a slash at its end
  /// @param others the door as others use it
  HttpUnderTest(HttpCaller http, String files, Function<Principal, FilesystemUnderTest> others) {
    this.http = http;
    this.files = files;
    this.others = others;
  }

  HttpCaller http() {
    return http;
  }

  private String url(FsPath path) {
    return files + "/" + HttpCaller.encode(path);
  }

  @Override
  public FilesystemUnderTest as(Principal who) {
    return others.apply(who);
  }

  @Override
  public TransactionUnderTest begin() {
    String id = http.json("POST", "/v1/tx", HttpCaller.NOTHING).path("id").asText();
    return new Within(http, "/v1/tx/" + id);
  }

  // ---- looking

  @Override
  public Attributes stat(FsPath path) {
    return attributes(describe(path, "?stat"));
  }

  @Override
  public Attributes lstat(FsPath path) {
    return attributes(describe(path, "?stat&nofollow"));
  }

  private JsonNode describe(FsPath path, String query) {
    return http.json("GET", url(path) + query, HttpCaller.NOTHING);
  }

  private static Attributes attributes(JsonNode told) {
    String tag = told.path("etag").asText().replace("\"", "");
    return new Attributes(
        new InodeId(told.path("inode").asLong()),
        FileType.valueOf(told.path("type").asText().toUpperCase(Locale.ROOT)),
        Integer.parseInt(told.path("mode").asText(), 8),
        told.path("owner").asText(),
        told.path("group").asText(),
        told.path("size").asLong(),
        Instant.parse(told.path("mtime").asText()),
        Instant.parse(told.path("ctime").asText()),
        Instant.parse(told.path("birth").asText()),
        told.path("nlink").asInt(),
        told.path("replication").asInt(),
        0,
        told.path("version").asLong(),
        tag.isEmpty() ? 0 : Long.parseLong(tag.substring(tag.indexOf('-') + 1)));
  }

  @Override
  public List<Name> list(FsPath directory) {
    String lines = http.text("GET", url(directory) + "/", "Accept", "application/x-ndjson");
    List<Name> names = new ArrayList<>();
    for (String line : lines.split("\n", -1)) {
      if (!line.isEmpty()) {
        String path = HttpCaller.parse(line).path("path").asText();
        names.add(HttpCaller.decode(path.substring(path.lastIndexOf('/') + 1)));
      }
    }
    return names;
  }

  // ---- names

  @Override
  public void mkdir(FsPath path, int mode) {
    http.send("POST", url(path) + "?op=mkdir&mode=" + Integer.toOctalString(mode));
  }

  @Override
  public void mkdirs(FsPath path) {
    http.send("POST", url(path) + "?op=mkdir&parents");
  }

  /// A DELETE takes both files and empty directories, so what is there is looked at before.
  @Override
  public void unlink(FsPath path) {
    if (lstat(path).isDirectory()) {
      throw new FsException(FsStatus.EISDIR, path + " is a directory");
    }
    http.send("DELETE", url(path));
  }

  @Override
  public void rmdir(FsPath path) {
    http.send("DELETE", url(path) + "/");
  }

  @Override
  public void removeTree(FsPath path) {
    http.send("DELETE", url(path) + "?recursive");
  }

  @Override
  public void rename(FsPath from, FsPath to, RenameMode how) {
    String option =
        switch (how) {
          case REPLACE -> "";
          case NO_REPLACE -> "&noreplace";
          case EXCHANGE -> "&exchange";
        };
    http.send("POST", url(from) + "?op=move&to=/" + HttpCaller.encode(to) + option);
  }

  @Override
  public void link(FsPath existing, FsPath path) {
    http.send("POST", url(existing) + "?op=link&to=/" + HttpCaller.encode(path));
  }

  @Override
  public void symlink(FsPath path, LinkTarget target) {
    if (target.bytes().length > LONGEST_IN_URL) {
      throw new BeyondTheDoor("targets longer than a URL are for /v1/commit");
    }
    http.send("POST", url(path) + "?op=symlink&target=" + HttpCaller.encode(target.bytes()));
  }

  /// Only a symbolic link has a target.
  @Override
  public LinkTarget readLink(FsPath path) {
    JsonNode told = describe(path, "?stat&nofollow");
    if (!told.has("target")) {
      throw new FsException(FsStatus.EINVAL, path + " is no symbolic link");
    }
    return LinkTarget.of(told.path("target").asText());
  }

  // ---- content

  @Override
  public void create(FsPath path, int mode) {
    try {
      http.send(
          "PUT",
          url(path) + "?mode=" + Integer.toOctalString(mode),
          new byte[0],
          "If-None-Match",
          "*");
    } catch (HttpCaller.ConditionFailed e) {
      throw new FsException(FsStatus.EEXIST, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void write(FsPath path, byte[] content) {
    http.send("PUT", url(path), content);
  }

  /// A directory cannot be had as bytes: it is a listing, which is not acceptable.
  @Override
  public byte[] read(FsPath path) {
    return http.bytes("GET", url(path), "Accept", "application/octet-stream");
  }

  @Override
  public byte[] read(FsPath path, long position, int length) {
    Optional<byte[]> range =
        http.range(url(path), "bytes=" + position + "-" + (position + Math.max(1, length) - 1));
    return Arrays.copyOf(
        range.orElse(new byte[0]), Math.min(length, range.map(found -> found.length).orElse(0)));
  }

  @Override
  public void writeAt(FsPath path, long position, byte[] bytes) {
    http.send(
        "PATCH",
        url(path),
        bytes,
        "Content-Range",
        "bytes " + position + "-" + (position + bytes.length - 1) + "/*");
  }

  @Override
  public void append(FsPath path, byte[] bytes) {
    http.send("POST", url(path) + "?op=append", bytes);
  }

  @Override
  public void truncate(FsPath path, long size) {
    http.send("POST", url(path) + "?op=truncate&size=" + size);
  }

  /// A download under way: it is taken as far as it is asked for, and kept.
  @Override
  public OpenFile open(FsPath path) {
    InputStream in = http.stream("GET", url(path), "Accept", "application/octet-stream");
    return new OpenFile() {
      private byte[] seen = new byte[0];

      @Override
      public byte[] read(long position, int length) {
        try {
          long missing = position + length - seen.length;
          if (missing > 0) {
            byte[] more = in.readNBytes((int) missing);
            byte[] both = Arrays.copyOf(seen, seen.length + more.length);
            System.arraycopy(more, 0, both, seen.length, more.length);
            seen = both;
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        int from = (int) Math.min(position, seen.length);
        return Arrays.copyOfRange(seen, from, Math.min(from + length, seen.length));
      }

      @Override
      public void close() {
        try {
          in.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  // ---- attributes

  /// Adds changes to a merge patch.
  static ObjectNode patch(ObjectNode patch, AttributeChanges changes) {
    changes.mode().ifPresent(mode -> patch.put("mode", Integer.toOctalString(mode)));
    changes.owner().ifPresent(owner -> patch.put("owner", owner));
    changes.group().ifPresent(group -> patch.put("group", group));
    if (changes.mtime() instanceof TimeChange.Given(Instant time)) {
      patch.put("mtime", time.toString());
    }
    return patch;
  }

  private static String text(XattrName name) {
    return new String(name.bytes(), StandardCharsets.UTF_8);
  }

  /// A merge patch that sets an extended attribute.
  static ObjectNode patch(ObjectNode patch, XattrName name, byte[] value) {
    patch
        .putObject("xattrs")
        .putObject(text(name))
        .put("base64", Base64.getEncoder().encodeToString(value));
    return patch;
  }

  /// A merge patch that takes an extended attribute away.
  static ObjectNode patch(ObjectNode patch, XattrName name) {
    patch.putObject("xattrs").putNull(text(name));
    return patch;
  }

  void change(FsPath path, ObjectNode patch) {
    http.send(
        "PATCH",
        url(path),
        patch.toString().getBytes(StandardCharsets.UTF_8),
        "Content-Type",
        "application/merge-patch+json");
  }

  @Override
  public void setAttributes(FsPath path, AttributeChanges changes) {
    change(path, patch(HttpCaller.object(), changes));
  }

  @Override
  public void setXattr(FsPath path, XattrName name, byte[] value, XattrMode how) {
    if (how != XattrMode.SET) {
      throw new BeyondTheDoor("a merge patch sets attributes, whether they are there or not");
    }
    change(path, patch(HttpCaller.object(), name, value));
  }

  private JsonNode xattrs(FsPath path) {
    return describe(path, "?stat").path("xattrs");
  }

  @Override
  public byte[] getXattr(FsPath path, XattrName name) {
    JsonNode value = xattrs(path).path(text(name));
    if (value.isMissingNode()) {
      throw new FsException(FsStatus.ENOATTR, path + " has no attribute " + name);
    }
    return value.isTextual()
        ? value.asText().getBytes(StandardCharsets.UTF_8)
        : Base64.getDecoder().decode(value.path("base64").asText());
  }

  @Override
  public List<XattrName> listXattrs(FsPath path) {
    List<XattrName> names = new ArrayList<>();
    xattrs(path).fieldNames().forEachRemaining(name -> names.add(XattrName.of(name)));
    return names;
  }

  /// To take away what is not there is no failure of a merge patch, so it is looked for before.
  @Override
  public void removeXattr(FsPath path, XattrName name) {
    byte[] unused = getXattr(path, name);
    change(path, patch(HttpCaller.object(), name));
  }

  /// The files within a transaction, and the requests about the transaction itself.
  private static final class Within extends HttpUnderTest implements TransactionUnderTest {
    private final HttpCaller http;
    private final String transaction;
    private final List<ObjectNode> required = new ArrayList<>();

    Within(HttpCaller http, String transaction) {
      super(
          http,
          transaction + "/fs",
          who -> {
            throw new BeyondTheDoor("a transaction acts for the user of its gateway");
          });
      this.http = http;
      this.transaction = transaction;
    }

    /// The conditions travel with the commit.
    @Override
    public void require(FsPath path, Requirement kind, long version) {
      ObjectNode one = HttpCaller.object().put("path", path.toString());
      switch (kind) {
        case PRESENT -> one.put("present", true);
        case ABSENT -> one.put("absent", true);
        case VERSION -> one.put("version", version);
        case CONTENT_VERSION ->
            one.put("etag", "\"" + stat(path).inode().value() + "-" + version + "\"");
      }
      required.add(one);
    }

    @Override
    public void commit() {
      ObjectNode body = HttpCaller.object();
      required.forEach(body.putArray("require")::add);
      http.send("POST", transaction + "/commit", body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// One that has been committed cannot be undone, and one that has ended need not.
    @Override
    public void abort() {
      http.sendAnyway("DELETE", transaction);
    }
  }
}
