package io.plasmafs.http.exchange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All templates as a tree, a level for each segment: a path is matched by walking down, written
/// segments before variables, and one variable before those that take all that is left.
final class RouteTree {
  private final Node root = new Node();

  private static final class Node {
    final Map<String, Node> written = new HashMap<>();
    @Nullable Node variable;
    @Nullable Ends rest;
    @Nullable Ends ends;
  }

  /// The routes of one template, by method.
  ///
  /// @param names of its variables, in their order
  private record Ends(List<String> names, Map<String, Route> byMethod) {}

  /// What a path led to.
  ///
  /// @param values of the variables, as they were spelled
  private record Match(Ends ends, List<String> values) {}

  /// The routes of a path.
  ///
  /// @param variables by name, as they were spelled
  record Found(Map<String, String> variables, Map<String, Route> byMethod) {
    Set<String> methods() {
      return byMethod.keySet();
    }
  }

  RouteTree(List<Route> routes) {
    routes.forEach(this::add);
  }

  private void add(Route route) {
    Node node = root;
    List<String> names = new ArrayList<>();
    for (String segment : route.template().substring(1).split("/", -1)) {
      if (segment.endsWith("*}")) {
        names.add(segment.substring(1, segment.length() - 2));
        if (node.rest == null) {
          node.rest = new Ends(names, new TreeMap<>());
        }
        put(node.rest, names, route);
        return;
      }
      if (segment.startsWith("{")) {
        names.add(segment.substring(1, segment.length() - 1));
        if (node.variable == null) {
          node.variable = new Node();
        }
        node = node.variable;
      } else {
        node = node.written.computeIfAbsent(segment, s -> new Node());
      }
    }
    if (node.ends == null) {
      node.ends = new Ends(names, new TreeMap<>());
    }
    put(node.ends, names, route);
  }

  private static void put(Ends ends, List<String> names, Route route) {
    if (!ends.names().equals(names) || ends.byMethod().put(route.method(), route) != null) {
      throw new IllegalArgumentException(
          route.method() + " " + route.template() + " collides with another route");
    }
  }

  /// The routes whose template a path is of.
  ///
  /// @param path as it was spelled, percent-encoded
  Optional<Found> find(String path) {
    Match match = match(root, path, 0, new ArrayList<>());
    if (match == null) {
      return Optional.empty();
    }
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 0; i < match.values().size(); i++) {
      variables.put(match.ends().names().get(i), match.values().get(i));
    }
    return Optional.of(new Found(variables, match.ends().byMethod()));
  }

  /// @param at index of the slash before the next segment, or the end
  private static @Nullable Match match(Node node, String path, int at, List<String> values) {
    if (at >= path.length()) {
      if (node.ends != null) {
        return new Match(node.ends, List.copyOf(values));
      }
      return node.rest == null ? null : new Match(node.rest, with(values, ""));
    }
    int slash = path.indexOf('/', at + 1);
    int end = slash < 0 ? path.length() : slash;
    String segment = path.substring(at + 1, end);
    Node written = node.written.get(segment);
    if (written != null) {
      Match match = match(written, path, end, values);
      if (match != null) {
        return match;
      }
    }
    if (node.variable != null && !segment.isEmpty()) {
      Match match = match(node.variable, path, end, with(values, segment));
      if (match != null) {
        return match;
      }
    }
    return node.rest == null ? null : new Match(node.rest, with(values, path.substring(at + 1)));
  }

  private static List<String> with(List<String> values, String more) {
    List<String> all = new ArrayList<>(values);
    all.add(more);
    return all;
  }
}
