package io.plasmafs.http.commits;

import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import java.util.ArrayList;
import java.util.List;

/// What a commit came to: its number, and the files that have new content.
record CommitResult(long commit, List<Written> files) {

  /// A file with new content.
  ///
  /// @param version of its content; 0 if that is the commit's number
  record Written(FsPath path, InodeId inode, long version) {
    EntityTag tag(long commit) {
      return EntityTag.of(inode, version == 0 ? commit : version);
    }

    /// As a line of text.
    String line() {
      return inode.value() + " " + version + " " + PathText.format(path);
    }

    static Written parse(String line) {
      String[] words = line.split(" ", 3);
      return new Written(
          PathText.parse(words[2]),
          new InodeId(Long.parseLong(words[0])),
          Long.parseLong(words[1]));
    }
  }

  CommitResult {
    files = List.copyOf(files);
  }

  JsonObject json() {
    JsonObject etags = new JsonObject();
    for (Written file : files) {
      etags.put(file.path().toString(), file.tag(commit).toString());
    }
    return new JsonObject().put("commit", commit).put("etags", etags);
  }

  /// The files as text, a line for each, below a first line.
  static String text(String first, List<Written> files) {
    List<String> lines = new ArrayList<>(files.size() + 1);
    lines.add(first);
    files.forEach(file -> lines.add(file.line()));
    return String.join("\n", lines) + "\n";
  }
}
