package io.plasmafs.http.semantics;

import io.plasmafs.model.Attributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Function;

/// The conditions of one request (RFC 9110 §13.1), evaluated in the order of §13.2.2.
///
/// A change is judged twice. [#judge] looks at what is there now and tells at once what cannot
/// succeed; [#demand] says what the commit itself must still find, so that of two writers with the
/// same condition one fails, however close they come.
public record Conditions(
    Optional<EntityTagList> ifMatch,
    Optional<EntityTagList> ifNoneMatch,
    Optional<Instant> ifModifiedSince,
    Optional<Instant> ifUnmodifiedSince) {

  /// What a request is worth.
  public enum Verdict {
    /// It is to be performed.
    PERFORM,
    /// 304: the reader has it already.
    NOT_MODIFIED,
    /// 412: a condition does not hold.
    FAILED
  }

  /// What a commit must find for the conditions to hold.
  public enum Demand {
    /// Whatever is there will do.
    NOTHING,
    /// Nothing may be there.
    ABSENT,
    /// Something must be there.
    PRESENT,
    /// Exactly what was looked at: the same inode with the same content, or nothing.
    UNCHANGED
  }

  /// No conditions.
  public static final Conditions NONE =
      new Conditions(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /// The conditions that a request's headers state.
  ///
  /// @param header the value of a header, several joined by commas, by its name
  /// @throws MalformedHeader if a list of entity tags is none; dates that are none are ignored
  public static Conditions of(Function<String, Optional<String>> header) {
    Optional<EntityTagList> match =
        header.apply("If-Match").map(value -> EntityTagList.parse("If-Match", value));
    Optional<EntityTagList> noneMatch =
        header.apply("If-None-Match").map(value -> EntityTagList.parse("If-None-Match", value));
    return new Conditions(
        match,
        noneMatch,
        noneMatch.isPresent()
            ? Optional.empty()
            : header.apply("If-Modified-Since").flatMap(HttpDate::parse),
        match.isPresent()
            ? Optional.empty()
            : header.apply("If-Unmodified-Since").flatMap(HttpDate::parse));
  }

  /// Whether there are none.
  public boolean isEmpty() {
    return equals(NONE);
  }

  /// Judges a request by what is there.
  ///
  /// @param found what the path leads to, if anything
  /// @param reads whether the request only reads (GET, HEAD)
  public Verdict judge(Optional<Attributes> found, boolean reads) {
    Optional<EntityTag> tag = found.flatMap(EntityTag::of);
    if (ifMatch.isPresent()) {
      EntityTagList wanted = ifMatch.get();
      boolean holds =
          wanted.any()
              ? found.isPresent()
              : tag.map(t -> wanted.tags().stream().anyMatch(t::matchesStrongly)).orElse(false);
      if (!holds) {
        return Verdict.FAILED;
      }
    } else if (ifUnmodifiedSince.isPresent()
        && !found.map(a -> !seconds(a).isAfter(ifUnmodifiedSince.get())).orElse(true)) {
      return Verdict.FAILED;
    }
    if (ifNoneMatch.isPresent()) {
      EntityTagList unwanted = ifNoneMatch.get();
      boolean matches =
          unwanted.any()
              ? found.isPresent()
              : tag.map(t -> unwanted.tags().stream().anyMatch(t::matchesWeakly)).orElse(false);
      if (matches) {
        return reads ? Verdict.NOT_MODIFIED : Verdict.FAILED;
      }
    } else if (reads
        && ifModifiedSince.isPresent()
        && found.map(a -> !seconds(a).isAfter(ifModifiedSince.get())).orElse(false)) {
      return Verdict.NOT_MODIFIED;
    }
    return Verdict.PERFORM;
  }

  /// What the commit of a change must find, once [#judge] said that it is to be performed.
  public Demand demand() {
    if (ifMatch.isPresent() && !ifMatch.get().any()) {
      return Demand.UNCHANGED;
    }
    if (ifNoneMatch.isPresent() && ifNoneMatch.get().any()) {
      return Demand.ABSENT;
    }
    if (ifNoneMatch.isPresent() || ifUnmodifiedSince.isPresent()) {
      return Demand.UNCHANGED;
    }
    return ifMatch.isPresent() ? Demand.PRESENT : Demand.NOTHING;
  }

  /// Headers know seconds only.
  private static Instant seconds(Attributes attributes) {
    return attributes.mtime().truncatedTo(ChronoUnit.SECONDS);
  }
}
