package io.plasmafs.client;

import io.plasmafs.model.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The user of this process and its groups, by name.
final class SystemPrincipal {
  /// The contract takes about a thousand bytes of group names.
  private static final int MAX_GROUP_BYTES = 1000;

  private SystemPrincipal() {}

  /// Who runs this process: from `/etc/passwd` and `/etc/group`, which need no other process to be
  /// started; a user unknown there is asked of `id`.
  static Principal get() {
    String user = System.getProperty("user.name", "nobody");
    Set<String> groups = new TreeSet<>();
    String group = "";
    try {
      String gid = "";
      for (String line : lines("/etc/passwd")) {
        String[] fields = line.split(":", -1);
        if (fields.length > 3 && fields[0].equals(user)) {
          gid = fields[3];
        }
      }
      if (gid.isEmpty()) {
        return byCommand(user);
      }
      for (String line : lines("/etc/group")) {
        String[] fields = line.split(":", -1);
        if (fields.length < 4) {
          continue;
        }
        if (fields[2].equals(gid)) {
          group = fields[0];
          groups.add(fields[0]);
        } else if (Arrays.asList(fields[3].split(",")).contains(user)) {
          groups.add(fields[0]);
        }
      }
    } catch (IOException e) {
      return new Principal(user, user, Set.of(user));
    }
    return principal(user, group.isEmpty() ? user : group, groups);
  }

  private static List<String> lines(String file) throws IOException {
    return Files.readAllLines(Path.of(file), StandardCharsets.ISO_8859_1);
  }

  private static Principal byCommand(String user) {
    try {
      Process process = new ProcessBuilder("id", "-Gn").redirectErrorStream(true).start();
      String names =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() == 0 && !names.isEmpty()) {
        List<String> all = List.of(names.split("\\s+"));
        return principal(user, all.get(0), new TreeSet<>(all));
      }
    } catch (IOException e) {
      // No such command: the user is all that is known.
      return new Principal(user, user, Set.of(user));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Principal(user, user, Set.of(user));
  }

  private static Principal principal(String user, String group, Set<String> groups) {
    Set<String> fitting = new TreeSet<>();
    int bytes = 0;
    for (String name : groups) {
      bytes += name.getBytes(StandardCharsets.UTF_8).length + 1;
      if (bytes > MAX_GROUP_BYTES) {
        break;
      }
      fitting.add(name);
    }
    return new Principal(user, group, fitting);
  }
}
