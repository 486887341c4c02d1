package io.plasmafs.cli.text;

import java.util.ArrayList;
import java.util.List;

/// Splits a line into words as a shell does: blanks between, `'…'` and `"…"` keep them, a backslash
/// keeps one character, `#` at the start of a word begins a comment.
public final class Words {
  private Words() {}

  /// The words of a line; none of an empty one.
  ///
  /// As with a shell, a pattern for a name in the cluster passes through quotation marks and is
  /// expanded later: see [Glob] for how a character loses its meaning there.
  ///
  /// @throws IllegalArgumentException if a quotation mark is not closed
  public static List<String> of(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else if (quote == '"' && c == '\\' && i + 1 < line.length()) {
          word.append(line.charAt(++i));
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        inWord = true;
      } else if (c == '\\' && i + 1 < line.length()) {
        word.append(line.charAt(++i));
        inWord = true;
      } else if (c == ' ' || c == '\t') {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else if (c == '#' && !inWord) {
        break;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("the quotation mark " + quote + " is not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
