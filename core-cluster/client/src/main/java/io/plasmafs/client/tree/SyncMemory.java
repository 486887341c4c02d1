package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;

/// What a sync by version remembers of the last one: of each file the versions of the two contents
/// that were the same, and so are the same for as long as both versions stay. Of a file that it
/// does not know, the contents have to be compared.
///
/// It is kept in a file of lines:
///
/// ```
/// plasma-sync 1 NAME-OF-CLUSTER LAST-COMMIT
/// SOURCE > TARGET
/// VERSION VERSION PLACE      for each file, the place in the tree last
/// end
/// ```
///
/// All names are escaped as in URIs. Whatever lacks its end, is of other trees, or has seen a later
/// commit than the cluster knows (which then was restored or made anew) says nothing.
final class SyncMemory {
  private static final String FORMAT = "plasma-sync 1 ";
  private static final String END = "end";

  /// The two trees that it is about: one of a cluster and a local one, in either direction, or two
  /// of the cluster.
  ///
  /// @param source its name, escaped
  /// @param target its name, escaped
  record Pair(Namespace cluster, String source, String target) {

    private String names() {
      return source + " > " + target;
    }

    private long lastCommit() {
      return cluster.statFilesystem().sequence();
    }

    static String name(FsPath place) {
      return "plasma:/" + LocalNames.escape(place.bytes());
    }

    static String name(Path local) {
      // The URI of a directory that exists ends with a slash.
      String path = local.toUri().getRawPath();
      return "file:" + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }
  }

  /// Versions of two contents that are the same.
  private record Versions(String source, String target) {}

  private final Map<FsPath, Versions> files = new HashMap<>();

  /// What is known of the two trees; nothing if the file does not exist or is empty.
  ///
  /// @throws FileSystemException if it is a file of another kind
  static SyncMemory read(Path file, Pair pair) throws IOException {
    SyncMemory memory = new SyncMemory();
    try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      String first = in.readLine();
      if (first == null) {
        return memory;
      }
      if (!first.startsWith(FORMAT)) {
        throw new FileSystemException(
            file.toString(), null, "is not what a sync has remembered; name another file");
      }
      boolean ours =
          first.equals(header(pair, commitOf(first))) && pair.names().equals(in.readLine());
      return ours && commitOf(first) <= pair.lastCommit() && memory.readFiles(in)
          ? memory
          : new SyncMemory();
    } catch (NoSuchFileException e) {
      return memory;
    }
  }

  private static String header(Pair pair, long commit) {
    byte[] name = pair.cluster.cluster().name().getBytes(StandardCharsets.UTF_8);
    return FORMAT + LocalNames.escape(name) + " " + commit;
  }

  private static long commitOf(String header) {
    try {
      return Long.parseLong(header.substring(header.lastIndexOf(' ') + 1));
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /// Whether they were read to the end.
  private boolean readFiles(BufferedReader in) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals(END)) {
        return true;
      }
      String[] words = line.split(" ", 3);
      try {
        remember(FsPath.of(LocalNames.bytes(words[2])), words[0], words[1]);
      } catch (IllegalArgumentException | IndexOutOfBoundsException | FsException e) {
        return false;
      }
    }
    return false;
  }

  /// Whether the two contents were the same when they were of these versions.
  boolean knows(FsPath place, String source, String target) {
    return new Versions(source, target).equals(files.get(place));
  }

  /// Two contents are the same.
  void remember(FsPath place, String source, String target) {
    files.put(place, new Versions(source, target));
  }

  /// Replaces what the file said before, at once.
  void write(Path file, Pair pair) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (BufferedWriter out = Files.newBufferedWriter(fresh, StandardCharsets.ISO_8859_1)) {
      out.write(header(pair, pair.lastCommit()) + "\n" + pair.names() + "\n");
      for (Map.Entry<FsPath, Versions> entry : files.entrySet()) {
        Versions versions = entry.getValue();
        String place = LocalNames.escape(entry.getKey().bytes());
        out.write(versions.source + " " + versions.target + " " + place + "\n");
      }
      out.write(END + "\n");
    }
    Path unused =
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
