package io.plasmafs.webdav;

import io.plasmafs.http.semantics.HttpDate;
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
import io.plasmafs.webdav.Dav.Reply;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The files that a WebDAV client sees: below `/dav`, or within a transaction below `/dav-tx/{id}`.
///
/// Statuses are few here. A missing parent and one that is no collection are both 409, so that
/// ENOTDIR is told as ENOENT.
class DavUnderTest implements FilesystemUnderTest {
  private static final String NAMESPACE = "urn:contract";
  private static final String PATCH_TYPE = "application/x-sabredav-partialupdate";
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  private static final String[] PROPERTIES = {
    "resourcetype", "getcontentlength", "getlastmodified", "creationdate", "getetag"
  };

  private final Doors doors;
  private final Dav dav;

  DavUnderTest(Doors doors, Dav dav) {
    this.doors = doors;
    this.dav = dav;
  }

  // ---- URLs and statuses

  private static String url(FsPath path) {
    StringBuilder out = new StringBuilder();
    for (Name name : path.names()) {
      out.append('/').append(encode(name.bytes()));
    }
    return out.isEmpty() ? "/" : out.toString();
  }

  private static String encode(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      out.append(
          UNRESERVED.indexOf(b) >= 0 ? String.valueOf((char) b) : String.format("%%%02X", b));
    }
    return out.toString();
  }

  private static Name decode(String segment) {
    byte[] text = segment.getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = new byte[text.length];
    int length = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '%') {
        bytes[length++] = (byte) Integer.parseInt(segment.substring(i + 1, i + 3), 16);
        i += 2;
      } else {
        bytes[length++] = text[i];
      }
    }
    return Name.of(Arrays.copyOf(bytes, length));
  }

  private static Reply done(Reply reply, FsPath path) {
    if (reply.status() < 300) {
      return reply;
    }
    FsStatus status =
        switch (reply.status()) {
          case 404, 409 -> FsStatus.ENOENT;
          case 412 -> FsStatus.EEXIST;
          case 503 -> FsStatus.ECONFLICT;
          case 507 -> FsStatus.ENOSPC;
          default -> throw new AssertionError(path + ": " + reply.status() + " " + reply.text());
        };
    throw new FsException(status, path + ": " + reply.text());
  }

  // ---- whose and when

  @Override
  public FilesystemUnderTest as(Principal who) {
    throw new BeyondTheDoor("a gateway acts for one user");
  }

  @Override
  public TransactionUnderTest begin() {
    return new Within(doors);
  }

  // ---- looking

  @Override
  public Attributes stat(FsPath path) {
    Reply reply = done(dav.propfind(url(path), 0, PROPERTIES), path);
    boolean directory =
        reply.property(XmlName.dav("resourcetype")).orElseThrow().children().stream()
            .anyMatch(type -> type.name().equals(XmlName.dav("collection")));
    String[] tag = text(reply, "getetag").orElse("\"0-0\"").replace("\"", "").split("-", -1);
    Instant modified = HttpDate.parse(text(reply, "getlastmodified").orElseThrow()).orElseThrow();
    return new Attributes(
        new InodeId(Long.parseLong(tag[0])),
        directory ? FileType.DIRECTORY : FileType.REGULAR,
        0,
        "",
        "",
        text(reply, "getcontentlength").map(Long::parseLong).orElse(0L),
        modified,
        modified,
        Instant.parse(text(reply, "creationdate").orElseThrow()),
        1,
        1,
        0,
        0,
        Long.parseLong(tag[1]));
  }

  private static Optional<String> text(Reply reply, String property) {
    return reply.property(XmlName.dav(property)).map(XmlElement::text);
  }

  /// There are no symbolic links here: what they lead to is shown.
  @Override
  public Attributes lstat(FsPath path) {
    return stat(path);
  }

  @Override
  public void mustTell(Told what) {
    switch (what) {
      case MODE, OWNER -> throw new BeyondTheDoor("no property tells mode and owner");
      case LINKS -> throw new BeyondTheDoor("no property tells how many names a file has");
      case SIZE_OF_DIRECTORY -> throw new BeyondTheDoor("getcontentlength is for files");
      case VERSION -> throw new BeyondTheDoor("an entity tag is of the content alone");
    }
  }

  /// A PROPFIND of a file has the file and no members.
  @Override
  public List<Name> list(FsPath directory) {
    if (!stat(directory).isDirectory()) {
      throw new FsException(FsStatus.ENOENT, directory + " is no collection");
    }
    List<String> hrefs = done(dav.propfind(url(directory), 1, "resourcetype"), directory).hrefs();
    List<Name> names = new ArrayList<>();
    for (String href : hrefs.subList(1, hrefs.size())) {
      String path = href.endsWith("/") ? href.substring(0, href.length() - 1) : href;
      names.add(decode(path.substring(path.lastIndexOf('/') + 1)));
    }
    return names;
  }

  // ---- names

  /// A collection is made without a mode.
  @Override
  public void mkdir(FsPath path, int mode) {
    Reply reply = dav.mkcol(url(path));
    if (reply.status() == 405) {
      throw new FsException(FsStatus.EEXIST, reply.text());
    }
    done(reply, path);
  }

  @Override
  public void mkdirs(FsPath path) {
    throw new BeyondTheDoor("MKCOL makes no missing parents, RFC 4918 9.3");
  }

  @Override
  public void unlink(FsPath path) {
    if (stat(path).isDirectory()) {
      throw new FsException(FsStatus.EISDIR, path + " is a collection");
    }
    removeTree(path);
  }

  @Override
  public void rmdir(FsPath path) {
    if (!list(path).isEmpty()) {
      throw new BeyondTheDoor("DELETE of a collection removes all below it, RFC 4918 9.6.1");
    }
    removeTree(path);
  }

  @Override
  public void removeTree(FsPath path) {
    done(dav.delete(url(path)), path);
  }

  @Override
  public void rename(FsPath from, FsPath to, RenameMode how) {
    if (how == RenameMode.EXCHANGE) {
      throw new BeyondTheDoor("MOVE does not exchange");
    }
    if (from.equals(to) || from.startsWith(to)) {
      throw new BeyondTheDoor("MOVE onto itself or what holds it is refused, RFC 4918 9.9.4");
    }
    if (how == RenameMode.REPLACE && isDirectory(to)) {
      throw new BeyondTheDoor("MOVE deletes a collection in its way, RFC 4918 9.9.3");
    }
    if (how == RenameMode.REPLACE && isDirectory(from) && exists(to)) {
      throw new BeyondTheDoor("MOVE deletes what is in its way, RFC 4918 9.9.3");
    }
    Reply reply =
        dav.transfer(
            "MOVE", url(from), url(to), "Overwrite", how == RenameMode.REPLACE ? "T" : "F");
    if (reply.status() == 403 && to.startsWith(from)) {
      throw new FsException(FsStatus.EHIER, reply.text());
    }
    done(reply, from);
  }

  private boolean exists(FsPath path) {
    return dav.propfind(url(path), 0, "resourcetype").status() == 207;
  }

  private boolean isDirectory(FsPath path) {
    return exists(path) && stat(path).isDirectory();
  }

  @Override
  public void link(FsPath existing, FsPath path) {
    throw new BeyondTheDoor("a resource has one URL here: BIND of RFC 5842 is not built");
  }

  @Override
  public void symlink(FsPath path, LinkTarget target) {
    throw new BeyondTheDoor("there are no symbolic links: RFC 4437 is not built");
  }

  @Override
  public LinkTarget readLink(FsPath path) {
    throw new BeyondTheDoor("there are no symbolic links: RFC 4437 is not built");
  }

  // ---- content

  private static FsException notOfFile(FsPath path) {
    return new FsException(FsStatus.EISDIR, path + " is a collection");
  }

  private static Reply doneOfFile(Reply reply, FsPath path) {
    if (reply.status() == 405) {
      throw notOfFile(path);
    }
    return done(reply, path);
  }

  /// A new file is made without a mode.
  @Override
  public void create(FsPath path, int mode) {
    Reply reply = dav.put(url(path), "", "If-None-Match", "*");
    if (reply.status() == 405) {
      throw new FsException(FsStatus.EEXIST, reply.text());
    }
    done(reply, path);
  }

  @Override
  public void write(FsPath path, byte[] content) {
    doneOfFile(dav.send("PUT", url(path), content), path);
  }

  /// A collection is answered with a page for people.
  @Override
  public byte[] read(FsPath path) {
    if (isDirectory(path)) {
      throw notOfFile(path);
    }
    return done(dav.get(url(path)), path).response().body();
  }

  @Override
  public byte[] read(FsPath path, long position, int length) {
    String range = "bytes=" + position + "-" + (position + Math.max(1, length) - 1);
    Reply reply = dav.get(url(path), "Range", range);
    if (reply.status() == 416) {
      return new byte[0];
    }
    byte[] found = done(reply, path).response().body();
    return Arrays.copyOf(found, Math.min(length, found.length));
  }

  @Override
  public void writeAt(FsPath path, long position, byte[] bytes) {
    String range = "bytes=" + position + "-" + (position + bytes.length - 1);
    Reply reply = dav.send("PATCH", url(path), bytes, patch(range));
    if (reply.status() == 416) {
      throw new BeyondTheDoor("a partial update does not begin behind the end");
    }
    doneOfFile(reply, path);
  }

  private static String[] patch(String range) {
    return new String[] {"Content-Type", PATCH_TYPE, "X-Update-Range", range};
  }

  @Override
  public void append(FsPath path, byte[] bytes) {
    Reply reply = dav.send("PATCH", url(path), bytes, patch("append"));
    if (reply.status() == 404) {
      throw new BeyondTheDoor("a partial update makes no file");
    }
    doneOfFile(reply, path);
  }

  @Override
  public void truncate(FsPath path, long size) {
    throw new BeyondTheDoor("no method cuts a file off");
  }

  @Override
  public OpenFile open(FsPath path) {
    throw new BeyondTheDoor("each GET is of its own instant; those of one are in the HTTP suite");
  }

  // ---- properties

  @Override
  public void setAttributes(FsPath path, AttributeChanges changes) {
    if (changes.mode().isPresent() || changes.owner().isPresent() || changes.group().isPresent()) {
      throw new BeyondTheDoor("no property sets mode, owner and group");
    }
    if (changes.mtime() instanceof TimeChange.Given(Instant time)) {
      if (!time.truncatedTo(ChronoUnit.SECONDS).equals(time)) {
        throw new BeyondTheDoor("times are in seconds, RFC 9110 5.6.7");
      }
      patched(path, set("<D:getlastmodified>" + HttpDate.format(time) + "</D:getlastmodified>"));
    }
  }

  private static String set(String property) {
    return "<D:set><D:prop>" + property + "</D:prop></D:set>";
  }

  private void patched(FsPath path, String instructions) {
    Reply reply = done(dav.proppatch(url(path), instructions), path);
    if (reply.properties(200).isEmpty()) {
      throw new AssertionError(reply.text());
    }
  }

  private static String local(XattrName name) {
    String text = name.toString();
    if (!text.matches("user\\.[\\p{L}0-9]+")) {
      throw new BeyondTheDoor("a property's name is one of XML");
    }
    return text.substring("user.".length());
  }

  private static String element(XattrName name, String content) {
    return "<c:"
        + local(name)
        + " xmlns:c='"
        + NAMESPACE
        + "'>"
        + content
        + "</c:"
        + local(name)
        + ">";
  }

  @Override
  public void setXattr(FsPath path, XattrName name, byte[] value, XattrMode how) {
    if (how != XattrMode.SET) {
      throw new BeyondTheDoor("PROPPATCH sets properties, whether they are there or not");
    }
    String text = new String(value, StandardCharsets.UTF_8);
    if (!text.matches("[a-z0-9 ]*")) {
      throw new BeyondTheDoor("a property's value is XML");
    }
    patched(path, set(element(name, text)));
  }

  private Optional<XmlElement> dead(FsPath path, XattrName name) {
    String body = "<propfind xmlns='DAV:'><prop>" + element(name, "") + "</prop></propfind>";
    Reply reply = done(dav.send("PROPFIND", url(path), body, "Depth", "0"), path);
    return reply.property(new XmlName(NAMESPACE, local(name)));
  }

  @Override
  public byte[] getXattr(FsPath path, XattrName name) {
    return dead(path, name)
        .map(found -> found.text().getBytes(StandardCharsets.UTF_8))
        .orElseThrow(() -> new FsException(FsStatus.ENOATTR, path + " has no " + name));
  }

  @Override
  public List<XattrName> listXattrs(FsPath path) {
    String body = "<propfind xmlns='DAV:'><propname/></propfind>";
    Reply reply = done(dav.send("PROPFIND", url(path), body, "Depth", "0"), path);
    return reply.properties(200).stream()
        .map(XmlElement::name)
        .filter(name -> name.namespace().equals(NAMESPACE))
        .map(name -> XattrName.of("user." + name.local()))
        .toList();
  }

  /// To take away what is not there is no failure (RFC 4918 14.23), so it is looked for before.
  @Override
  public void removeXattr(FsPath path, XattrName name) {
    byte[] unused = getXattr(path, name);
    patched(path, "<D:remove><D:prop>" + element(name, "") + "</D:prop></D:remove>");
  }

  /// A transaction as a folder. It is begun and ended by the HTTP API.
  private static final class Within extends DavUnderTest implements TransactionUnderTest {
    private final Dav api;
    private final String transaction;
    private final List<String> required = new ArrayList<>();

    Within(Doors doors) {
      this(doors, new Dav(doors.origin()));
    }

    private Within(Doors doors, Dav api) {
      this(doors, api, idOf(api.send("POST", "/v1/tx", "")));
    }

    private Within(Doors doors, Dav api, String id) {
      super(doors, new Dav(doors.origin() + WebdavDoor.TRANSACTIONS + "/" + id));
      this.api = api;
      this.transaction = "/v1/tx/" + id;
    }

    private static String idOf(Reply opened) {
      Matcher matcher = Pattern.compile("\"id\":\\s*\"([^\"]+)\"").matcher(opened.text());
      if (!matcher.find()) {
        throw new AssertionError(opened.text());
      }
      return matcher.group(1);
    }

    @Override
    public void require(FsPath path, Requirement kind, long version) {
      String condition =
          switch (kind) {
            case PRESENT -> "\"present\": true";
            case ABSENT -> "\"absent\": true";
            case CONTENT_VERSION ->
                "\"etag\": \"\\\"" + stat(path).inode().value() + "-" + version + "\\\"\"";
            case VERSION -> throw new BeyondTheDoor("an entity tag is of the content alone");
          };
      required.add("{\"path\": \"" + path + "\", " + condition + "}");
    }

    @Override
    public void commit() {
      Reply reply =
          api.send(
              "POST",
              transaction + "/commit",
              "{\"require\": [" + String.join(", ", required) + "]}");
      if (reply.status() == 409 && reply.text().contains("econflict")) {
        throw new FsException(FsStatus.ECONFLICT, reply.text());
      }
      if (reply.status() != 200) {
        throw new AssertionError(reply.status() + " " + reply.text());
      }
    }

    /// One that has been committed cannot be undone, and one that has ended need not.
    @Override
    public void abort() {
      Object unused = api.delete(transaction);
    }
  }
}
