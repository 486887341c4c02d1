package io.plasmafs.http.semantics;

import java.util.ArrayList;
import java.util.List;

/// The value of `If-Match` or `If-None-Match`: `*`, or a list of tags.
///
/// @param any whether it is `*`; the list is empty then
public record EntityTagList(boolean any, List<EntityTag> tags) {
  /// The most tags that one header can have.
  static final int MAX_TAGS = 256;

  public EntityTagList {
    tags = List.copyOf(tags);
  }

  /// Reads the value of a header.
  ///
  /// @param header its name, for the message
  /// @throws MalformedHeader if it breaks RFC 9110 §13.1.1 or has more than 256 tags
  public static EntityTagList parse(String header, String value) {
    String text = value.strip();
    if (text.equals("*")) {
      return new EntityTagList(true, List.of());
    }
    List<EntityTag> tags = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ' ' || c == '\t' || c == ',') {
        at++;
        continue;
      }
      boolean weak = text.startsWith("W/", at);
      int open = weak ? at + 2 : at;
      int close = open < text.length() ? text.indexOf('"', open + 1) : -1;
      if (close < 0 || text.charAt(open) != '"') {
        throw new MalformedHeader(
            header + ": \"…\" or W/\"…\" or * is expected at character " + at + " of " + text);
      }
      tags.add(new EntityTag(text.substring(open + 1, close), weak));
      at = close + 1;
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
      if (at < text.length() && text.charAt(at) != ',') {
        throw new MalformedHeader(header + ": a comma is expected at character " + at);
      }
      if (tags.size() > MAX_TAGS) {
        throw new MalformedHeader(header + ": more than " + MAX_TAGS + " entity tags");
      }
    }
    if (tags.isEmpty()) {
      throw new MalformedHeader(header + ": at least one entity tag, or *, is expected");
    }
    return new EntityTagList(false, tags);
  }
}
