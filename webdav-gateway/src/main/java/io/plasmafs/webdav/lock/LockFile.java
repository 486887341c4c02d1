package io.plasmafs.webdav.lock;

import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.header.Depth;
import io.plasmafs.webdav.xml.BadXmlException;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlReader;
import io.plasmafs.webdav.xml.XmlWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// How the locks of one path are stored: text, one line each, fields separated by tabs.
///
/// ```
/// plasma-locks 1 <path, base64>
/// <token> exclusive|shared 0|infinity <expires, milliseconds since 1970> <user> <owner XML, base64, or ->
/// ```
final class LockFile {
  private static final String HEADER = "plasma-locks";
  private static final String FORMAT = "1";

  private LockFile() {}

  static byte[] encode(FsPath root, List<Lock> locks) {
    StringBuilder text = new StringBuilder();
    text.append(HEADER).append('\t').append(FORMAT).append('\t').append(base64(root.bytes()));
    text.append('\n');
    for (Lock lock : locks) {
      text.append(lock.token()).append('\t');
      text.append(lock.exclusive() ? "exclusive" : "shared").append('\t');
      text.append(lock.depth().text()).append('\t');
      text.append(lock.expires().toEpochMilli()).append('\t');
      text.append(base64(lock.user().getBytes(StandardCharsets.UTF_8))).append('\t');
      text.append(
          lock.owner()
              .map(owner -> base64(XmlWriter.fragment(owner).getBytes(StandardCharsets.UTF_8)))
              .orElse("-"));
      text.append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// @throws IllegalArgumentException if this is no such file
  static List<Lock> decode(byte[] content) {
    String[] lines = new String(content, StandardCharsets.UTF_8).split("\n");
    String[] header = lines[0].split("\t", -1);
    if (header.length != 3 || !header[0].equals(HEADER) || !header[1].equals(FORMAT)) {
      throw new IllegalArgumentException("not a file of locks in format " + FORMAT);
    }
    FsPath root = FsPath.of(Base64.getDecoder().decode(header[2]));
    List<Lock> locks = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      String[] fields = lines[i].split("\t", -1);
      if (fields.length != 6) {
        throw new IllegalArgumentException("line " + (i + 1) + " has " + fields.length + " fields");
      }
      locks.add(
          new Lock(
              fields[0],
              root,
              fields[1].equals("exclusive"),
              Depth.parse(Optional.of(fields[2]), Depth.ZERO),
              fields[5].equals("-") ? Optional.empty() : Optional.of(owner(fields[5])),
              new String(Base64.getDecoder().decode(fields[4]), StandardCharsets.UTF_8),
              Instant.ofEpochMilli(Long.parseLong(fields[3]))));
    }
    return locks;
  }

  private static XmlElement owner(String base64) {
    byte[] xml = Base64.getDecoder().decode(base64);
    try {
      return XmlReader.read(new ByteArrayInputStream(xml))
          .orElseThrow(() -> new IllegalArgumentException("the owner is empty"));
    } catch (IOException | BadXmlException e) {
      throw new IllegalArgumentException("the owner is no XML", e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
