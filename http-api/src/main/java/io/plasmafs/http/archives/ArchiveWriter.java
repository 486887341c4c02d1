package io.plasmafs.http.archives;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.UnixStat;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Writes a directory as an archive, streamed.
public final class ArchiveWriter {
  private static final int BLOCK = 64 << 10;

  private ArchiveWriter() {}

  /// Answers with the archive of what is below `path`, as it is at one instant. If a file is
  /// replaced before its turn comes, the answer breaks off: no archive is a mix.
  ///
  /// @param format `tar` or `zip`
  /// @param hidden what is left out
  public static void send(
      Exchange exchange, Namespace namespace, FsPath path, String format, Predicate<FsPath> hidden)
      throws IOException {
    ArchiveFormat kind = ArchiveFormat.of(format);
    List<TreeEntry> entries = TreeSnapshot.of(namespace, path);
    String name = path.isEmpty() ? "root" : PathText.format(path.last());
    exchange
        .status(200)
        .header("Content-Type", kind.contentType())
        .header("Cache-Control", "no-cache")
        .header("Content-Disposition", "attachment; filename*=UTF-8''" + name + kind.extension());
    if (exchange.isHead()) {
      exchange.send(200);
      return;
    }
    boolean directory = entries.get(0).attributes().isDirectory();
    int depth = directory ? path.names().size() : path.names().size() - 1;
    // Not closed when something fails: an archive without its end is no archive.
    Sink sink = open(kind, exchange.output());
    for (TreeEntry entry : directory ? entries.subList(1, entries.size()) : entries) {
      if (!hidden.test(entry.path())) {
        add(sink, namespace, entry, depth);
      }
    }
    sink.close();
  }

  private static void add(Sink sink, Namespace namespace, TreeEntry entry, int depth)
      throws IOException {
    FsPath below = new FsPath(entry.path().names().subList(depth, entry.path().names().size()));
    String name = new String(below.bytes(), StandardCharsets.UTF_8).replaceFirst("^/", "");
    switch (entry.attributes().type()) {
      case DIRECTORY -> sink.directory(name + "/", entry.attributes());
      case SYMLINK ->
          sink.link(name, entry.attributes(), namespace.readLink(entry.path()).toString());
      case REGULAR -> {
        try (PlasmaInputStream in = namespace.openInput(Location.of(entry.attributes().inode()))) {
          if (in.attributes().contentVersion() != entry.attributes().contentVersion()) {
            throw new FsException(
                FsStatus.ECONFLICT, entry.path() + " was changed before it could be packed");
          }
          sink.file(name, entry.attributes(), in);
        }
      }
    }
  }

  private static Sink open(ArchiveFormat kind, OutputStream out) {
    return switch (kind) {
      case TAR -> new TarSink(out);
      case ZIP -> new ZipSink(out);
    };
  }

  /// An archive being written.
  private interface Sink {
    void directory(String name, Attributes attributes) throws IOException;

    void link(String name, Attributes attributes, String target) throws IOException;

    void file(String name, Attributes attributes, PlasmaInputStream in) throws IOException;

    /// Ends the archive.
    void close() throws IOException;
  }

  private static final class TarSink implements Sink {
    private final TarArchiveOutputStream tar;

    TarSink(OutputStream out) {
      this.tar = new TarArchiveOutputStream(out, "UTF-8");
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    private static TarArchiveEntry entry(TarArchiveEntry entry, Attributes attributes) {
      entry.setMode(attributes.mode());
      entry.setUserName(attributes.owner());
      entry.setGroupName(attributes.group());
      entry.setLastModifiedTime(FileTime.from(attributes.mtime()));
      return entry;
    }

    @Override
    public void directory(String name, Attributes attributes) throws IOException {
      tar.putArchiveEntry(entry(new TarArchiveEntry(name), attributes));
      tar.closeArchiveEntry();
    }

    @Override
    public void link(String name, Attributes attributes, String target) throws IOException {
      TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
      link.setLinkName(target);
      tar.putArchiveEntry(entry(link, attributes));
      tar.closeArchiveEntry();
    }

    @Override
    public void file(String name, Attributes attributes, PlasmaInputStream in) throws IOException {
      TarArchiveEntry file = entry(new TarArchiveEntry(name), attributes);
      file.setSize(in.attributes().size());
      tar.putArchiveEntry(file);
      copy(in, tar);
      tar.closeArchiveEntry();
    }

    @Override
    public void close() throws IOException {
      tar.close();
    }
  }

  private static final class ZipSink implements Sink {
    private final ZipArchiveOutputStream zip;

    ZipSink(OutputStream out) {
      this.zip = new ZipArchiveOutputStream(out);
      zip.setEncoding("UTF-8");
      zip.setUseZip64(Zip64Mode.AsNeeded);
    }

    private static ZipArchiveEntry entry(String name, Attributes attributes, int type) {
      ZipArchiveEntry entry = new ZipArchiveEntry(name);
      entry.setUnixMode(type | attributes.mode());
      entry.setTime(attributes.mtime().toEpochMilli());
      return entry;
    }

    @Override
    public void directory(String name, Attributes attributes) throws IOException {
      zip.putArchiveEntry(entry(name, attributes, UnixStat.DIR_FLAG));
      zip.closeArchiveEntry();
    }

    @Override
    public void link(String name, Attributes attributes, String target) throws IOException {
      zip.putArchiveEntry(entry(name, attributes, UnixStat.LINK_FLAG));
      zip.write(target.getBytes(StandardCharsets.UTF_8));
      zip.closeArchiveEntry();
    }

    @Override
    public void file(String name, Attributes attributes, PlasmaInputStream in) throws IOException {
      zip.putArchiveEntry(entry(name, attributes, UnixStat.FILE_FLAG));
      copy(in, zip);
      zip.closeArchiveEntry();
    }

    @Override
    public void close() throws IOException {
      zip.close();
    }
  }

  private static void copy(PlasmaInputStream in, OutputStream out) throws IOException {
    byte[] piece = new byte[BLOCK];
    for (int count; (count = in.read(piece)) >= 0; ) {
      out.write(piece, 0, count);
    }
  }
}
