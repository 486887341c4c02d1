package io.plasmafs.cli.text;

/// A pattern for one name, as shells have them: `*` any characters, `?` one, `[a-z]` one of these,
/// `[!a-z]` none of these. A backslash takes the meaning from one of `* ? [ ] \`; before anything
/// else it stands for itself. A leading dot is matched by a dot only.
public final class Glob {
  private static final String SPECIAL = "*?[]\\";

  private final int[] pattern;

  /// This pattern.
  public Glob(String pattern) {
    this.pattern = pattern.codePoints().toArray();
  }

  /// Whether the text has a character with a meaning, so that it can match more than one name.
  public static boolean isPattern(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && isSpecialAt(text, i + 1)) {
        i++;
      } else if (c == '*' || c == '?' || (c == '[' && text.indexOf(']', i + 2) > 0)) {
        return true;
      }
    }
    return false;
  }

  /// The text with the backslashes gone that took a meaning away.
  public static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\' && isSpecialAt(text, i + 1)) {
        i++;
      }
      out.append(text.charAt(i));
    }
    return out.toString();
  }

  private static boolean isSpecialAt(String text, int at) {
    return at < text.length() && SPECIAL.indexOf(text.charAt(at)) >= 0;
  }

  /// Whether the name as a whole matches, its leading dot by a dot only.
  public boolean matches(String name) {
    if (name.startsWith(".") && (pattern.length == 0 || pattern[0] != '.')) {
      return false;
    }
    return matchesAnyDot(name);
  }

  /// Whether the name as a whole matches; a leading dot is like any other character.
  public boolean matchesAnyDot(String name) {
    int[] text = name.codePoints().toArray();
    int p = 0;
    int t = 0;
    // Where to go on when the rest fails: one character more for the last star. Earlier stars need
    // not be tried again, so the time is bounded by the product of the lengths.
    int starPattern = -1;
    int starText = -1;
    while (t < text.length) {
      if (p < pattern.length && pattern[p] == '*') {
        starPattern = ++p;
        starText = t;
        continue;
      }
      int next = p < pattern.length ? matchOne(p, text[t]) : -1;
      if (next >= 0) {
        p = next;
        t++;
      } else if (starPattern >= 0) {
        p = starPattern;
        t = ++starText;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == '*') {
      p++;
    }
    return p == pattern.length;
  }

  /// Where the pattern goes on after its part at `p` has matched `c`; -1 if it does not match.
  private int matchOne(int p, int c) {
    return switch (pattern[p]) {
      case '?' -> p + 1;
      case '\\' -> {
        boolean escapes = p + 1 < pattern.length && SPECIAL.indexOf(pattern[p + 1]) >= 0;
        int literal = escapes ? p + 1 : p;
        yield pattern[literal] == c ? literal + 1 : -1;
      }
      case '[' -> matchClass(p, c);
      default -> pattern[p] == c ? p + 1 : -1;
    };
  }

  private int matchClass(int p, int c) {
    int i = p + 1;
    boolean negated = i < pattern.length && (pattern[i] == '!' || pattern[i] == '^');
    if (negated) {
      i++;
    }
    int first = i;
    boolean found = false;
    while (i < pattern.length && (pattern[i] != ']' || i == first)) {
      int low = pattern[i];
      if (low == '\\' && i + 1 < pattern.length) {
        low = pattern[++i];
      }
      int high = low;
      if (i + 2 < pattern.length && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
        high = pattern[i + 2];
        i += 2;
      }
      found |= low <= c && c <= high;
      i++;
    }
    if (i == pattern.length) {
      // No closing bracket: the opening one stands for itself.
      return c == '[' ? p + 1 : -1;
    }
    return found != negated ? i + 1 : -1;
  }
}
