package io.plasmafs.nio;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Glob patterns as [java.nio.file.FileSystem#getPathMatcher] describes them, as regular
/// expressions.
final class Globs {
  private final String glob;
  private final StringBuilder regex = new StringBuilder();
  private int at;
  private boolean inGroup;

  private Globs(String glob) {
    this.glob = glob;
  }

  /// The regular expression that matches the same texts.
  static Pattern compile(String glob) {
    Globs parser = new Globs(glob);
    parser.parse();
    return Pattern.compile(parser.regex.toString(), Pattern.DOTALL);
  }

  private void parse() {
    while (at < glob.length()) {
      char c = glob.charAt(at++);
      switch (c) {
        case '*' -> star();
        case '?' -> regex.append("[^/]");
        case '[' -> bracket();
        case '\\' -> escaped();
        case '{' -> {
          if (inGroup) {
            throw wrong("a group cannot be within another");
          }
          inGroup = true;
          regex.append("(?:(?:");
        }
        case '}' -> {
          regex.append(inGroup ? "))" : "\\}");
          inGroup = false;
        }
        case ',' -> regex.append(inGroup ? ")|(?:" : ",");
        default -> literal(c);
      }
    }
    if (inGroup) {
      throw wrong("'}' is missing");
    }
  }

  private void star() {
    if (at < glob.length() && glob.charAt(at) == '*') {
      at++;
      regex.append(".*");
    } else {
      regex.append("[^/]*");
    }
  }

  private void escaped() {
    if (at == glob.length()) {
      throw wrong("nothing follows the backslash");
    }
    literal(glob.charAt(at++));
  }

  private void literal(char c) {
    if (!Character.isLetterOrDigit(c) && c < 128) {
      regex.append('\\');
    }
    regex.append(c);
  }

  private void bracket() {
    regex.append("[[^/]&&[");
    if (at < glob.length() && glob.charAt(at) == '!') {
      regex.append('^');
      at++;
    } else if (at < glob.length() && glob.charAt(at) == '^') {
      regex.append("\\^");
      at++;
    }
    boolean closed = false;
    boolean first = true;
    while (at < glob.length() && !closed) {
      char c = glob.charAt(at++);
      if (c == ']' && !first) {
        closed = true;
      } else if (c == '/') {
        throw wrong("a slash cannot be within brackets");
      } else if (c == '-' && !first && at < glob.length() && glob.charAt(at) != ']') {
        regex.append('-');
      } else {
        literal(c);
      }
      first = false;
    }
    if (!closed) {
      throw wrong("']' is missing");
    }
    regex.append("]]");
  }

  private PatternSyntaxException wrong(String what) {
    return new PatternSyntaxException(what, glob, at - 1);
  }
}
