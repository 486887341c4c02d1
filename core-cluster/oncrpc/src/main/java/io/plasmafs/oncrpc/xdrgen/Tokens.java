package io.plasmafs.oncrpc.xdrgen;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The words of one or more `.x` files, comments left out. Lines that begin with `#` or `%` are for
/// other compilers and ignored.
final class Tokens {
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<skip>[ \\t\\r\\f]+|/\\*.*?\\*/|//[^\\n]*|(?<=\\n)[#%][^\\n]*)"
              + "|(?<newline>\\n)"
              + "|(?<word>[A-Za-z][A-Za-z0-9_]*)"
              + "|(?<number>-?(?:0[xX][0-9a-fA-F]+|[0-9]+))"
              + "|(?<sign>[{}()\\[\\]<>,;:=*])",
          Pattern.DOTALL);

  private record Token(String text, String place) {}

  private final List<Token> tokens = new ArrayList<>();
  private int next;

  /// Adds the words of a file.
  ///
  /// @param name of the file, for messages
  void add(String name, String text) throws XdrSyntaxException {
    String input = "\n" + text; // so that every line has a beginning
    Matcher matcher = TOKEN.matcher(input);
    int at = 0;
    int line = 0;
    while (at < input.length()) {
      String place = name + ":" + line;
      if (!matcher.find(at) || matcher.start() != at) {
        throw new XdrSyntaxException(place + ": unexpected '" + input.charAt(at) + "'");
      }
      if (matcher.group("word") != null
          || matcher.group("number") != null
          || matcher.group("sign") != null) {
        tokens.add(new Token(matcher.group(), place));
      }
      line += (int) matcher.group().chars().filter(c -> c == '\n').count();
      at = matcher.end();
    }
  }

  boolean atEnd() {
    return next == tokens.size();
  }

  String place() {
    if (tokens.isEmpty()) {
      return "(no input)";
    }
    return tokens.get(Math.min(next, tokens.size() - 1)).place;
  }

  String peek() {
    return atEnd() ? "" : tokens.get(next).text;
  }

  String take() throws XdrSyntaxException {
    if (atEnd()) {
      throw new XdrSyntaxException(place() + ": unexpected end");
    }
    return tokens.get(next++).text;
  }

  boolean takeIf(String text) {
    if (peek().equals(text)) {
      next++;
      return true;
    }
    return false;
  }

  void expect(String text) throws XdrSyntaxException {
    if (!takeIf(text)) {
      throw error("found '" + peek() + "', expected '" + text + "'");
    }
  }

  String word() throws XdrSyntaxException {
    if (atEnd() || !Character.isLetter(peek().charAt(0))) {
      throw error("found '" + peek() + "', expected a name");
    }
    return take();
  }

  XdrSyntaxException error(String message) {
    return new XdrSyntaxException(place() + ": " + message);
  }
}
