package io.plasmafs.webdav.header;

import io.plasmafs.http.semantics.MalformedHeader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The `If` header (RFC 4918 section 10.4): lists of conditions, of which at least one list must
/// hold as a whole. All state tokens in it, negated or not, count as submitted.
///
/// ```
/// If           = ( 1*No-tag-list | 1*Tagged-list )
/// No-tag-list  = List
/// Tagged-list  = "<" Simple-ref ">" 1*List
/// List         = "(" 1*Condition ")"
/// Condition    = ["Not"] ( "<" absolute-URI ">" | "[" entity-tag "]" )
/// ```
///
/// @param lists in the order of the header; empty if there is no header, which holds always
public record IfHeader(List<ConditionList> lists) {
  /// Conditions in one header, at most: a bound on the work that a request can ask for.
  public static final int MAX_CONDITIONS = 1000;

  private static final IfHeader NONE = new IfHeader(List.of());

  public IfHeader {
    lists = List.copyOf(lists);
  }

  /// Conditions that must hold together.
  ///
  /// @param resource the reference that tags the list; absent: the resource of the request
  public record ConditionList(Optional<String> resource, List<Condition> conditions) {
    public ConditionList {
      conditions = List.copyOf(conditions);
    }
  }

  /// One condition.
  public record Condition(boolean negated, State state) {}

  /// What a condition compares with.
  public sealed interface State {
    /// The resource is in the scope of the lock of this token.
    record Token(String uri) implements State {}

    /// The resource has this entity tag, as the header spells it: quoted, perhaps with `W/`.
    record EntityTag(String tag) implements State {}
  }

  /// What the header says.
  ///
  /// @param value the header, if there is one
  /// @throws MalformedHeader if it breaks the grammar or has more than [#MAX_CONDITIONS]
  public static IfHeader parse(Optional<String> value) {
    return value.map(text -> new Parser(text).header()).orElse(NONE);
  }

  /// Whether there was a header.
  public boolean isPresent() {
    return !lists.isEmpty();
  }

  /// All state tokens, in the order of the header.
  public Set<String> tokens() {
    Set<String> tokens = new LinkedHashSet<>();
    for (ConditionList list : lists) {
      for (Condition condition : list.conditions()) {
        if (condition.state() instanceof State.Token(String uri)) {
          tokens.add(uri);
        }
      }
    }
    return tokens;
  }

  /// Whether a list holds: all its conditions do.
  ///
  /// @param holds whether the resource of the list has a state
  public static boolean holds(ConditionList list, Predicate<State> holds) {
    return list.conditions().stream()
        .allMatch(condition -> holds.test(condition.state()) != condition.negated());
  }

  private static final class Parser {
    private final String text;
    private int at;
    private int conditions;

    Parser(String text) {
      this.text = text;
    }

    IfHeader header() {
      List<ConditionList> lists = new ArrayList<>();
      skipSpace();
      boolean tagged = peek() == '<';
      Optional<String> resource = Optional.empty();
      while (at < text.length()) {
        if (peek() == '<') {
          if (!tagged) {
            throw bad("a tag after a list without one");
          }
          resource = Optional.of(until('>'));
          skipSpace();
          if (peek() != '(') {
            throw bad("a tag must be followed by a list");
          }
        }
        lists.add(new ConditionList(resource, list()));
        skipSpace();
      }
      if (lists.isEmpty()) {
        throw bad("it has no list");
      }
      return new IfHeader(lists);
    }

    private List<Condition> list() {
      expect('(');
      List<Condition> list = new ArrayList<>();
      skipSpace();
      while (peek() != ')') {
        list.add(condition());
        skipSpace();
      }
      at++;
      if (list.isEmpty()) {
        throw bad("a list has no condition");
      }
      return list;
    }

    private Condition condition() {
      if (++conditions > MAX_CONDITIONS) {
        throw bad("it has more than " + MAX_CONDITIONS + " conditions");
      }
      boolean negated = text.regionMatches(true, at, "Not", 0, 3);
      if (negated) {
        at += 3;
        skipSpace();
      }
      return switch (peek()) {
        case '<' -> new Condition(negated, new State.Token(until('>')));
        case '[' -> new Condition(negated, new State.EntityTag(entityTag()));
        default -> throw bad("expected a state token or an entity tag");
      };
    }

    /// The tag may hold a bracket: it ends with the closing quote.
    private String entityTag() {
      int start = ++at;
      if (text.startsWith("W/", at)) {
        at += 2;
      }
      expect('"');
      int quote = text.indexOf('"', at);
      if (quote < 0) {
        throw bad("an entity tag does not end");
      }
      at = quote + 1;
      String tag = text.substring(start, at);
      expect(']');
      return tag;
    }

    private String until(char end) {
      int close = text.indexOf(end, at);
      if (close < 0) {
        throw bad("a reference does not end");
      }
      String inside = text.substring(at + 1, close).strip();
      if (inside.isEmpty()) {
        throw bad("a reference is empty");
      }
      at = close + 1;
      return inside;
    }

    private void expect(char wanted) {
      if (peek() != wanted) {
        throw bad("expected '" + wanted + "'");
      }
      at++;
    }

    private char peek() {
      if (at >= text.length()) {
        throw bad("it ends too early");
      }
      return text.charAt(at);
    }

    private void skipSpace() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }

    private MalformedHeader bad(String complaint) {
      return new MalformedHeader("If: " + complaint + " at character " + at);
    }
  }
}
