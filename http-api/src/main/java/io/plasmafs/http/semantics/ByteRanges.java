package io.plasmafs.http.semantics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The value of a `Range` header in bytes (RFC 9110 §14.1.2), not yet applied to a file.
public final class ByteRanges {
  /// The most ranges that one request may ask for.
  public static final int MAX_RANGES = 64;

  private static final int MAX_DIGITS = 18;

  private final List<Spec> specs;

  private ByteRanges(List<Spec> specs) {
    this.specs = specs;
  }

  /// `first-last`, `first-` (last is -1), or `-suffix` (first is -1).
  private record Spec(long first, long last) {}

  /// What the ranges are of a certain file.
  public sealed interface Selection {
    /// One range or several, in the order asked for; those that touch or overlap are one.
    record Parts(List<ByteRange> ranges) implements Selection {
      public Parts {
        ranges = List.copyOf(ranges);
      }
    }

    /// None of them lies in the file, or they are too many: 416.
    record Unsatisfiable() implements Selection {}
  }

  /// Reads the header; nothing if it is malformed or of another unit, as both are to be ignored.
  public static Optional<ByteRanges> parse(String header) {
    String text = header.strip();
    int equals = text.indexOf('=');
    if (equals < 0 || !text.substring(0, equals).strip().equalsIgnoreCase("bytes")) {
      return Optional.empty();
    }
    List<Spec> specs = new ArrayList<>();
    for (String part : text.substring(equals + 1).split(",", -1)) {
      String range = part.strip();
      if (range.isEmpty()) {
        continue;
      }
      int dash = range.indexOf('-');
      if (dash < 0) {
        return Optional.empty();
      }
      Optional<Long> first = number(range.substring(0, dash));
      Optional<Long> last = number(range.substring(dash + 1));
      boolean wrong =
          (first.isEmpty() && last.isEmpty())
              || (first.isEmpty() && dash != 0)
              || (last.isEmpty() && dash != range.length() - 1)
              || (first.isPresent() && last.isPresent() && first.get() > last.get());
      if (wrong) {
        return Optional.empty();
      }
      specs.add(new Spec(first.orElse(-1L), last.orElse(-1L)));
    }
    return specs.isEmpty() ? Optional.empty() : Optional.of(new ByteRanges(specs));
  }

  /// Digits only; more of them than any file has bytes count as the largest number.
  private static Optional<Long> number(String digits) {
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    return Optional.of(digits.length() > MAX_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits));
  }

  /// Applies the ranges to a file of so many bytes.
  public Selection of(long size) {
    if (specs.size() > MAX_RANGES) {
      return new Selection.Unsatisfiable();
    }
    List<ByteRange> ranges = new ArrayList<>();
    for (Spec spec : specs) {
      long first = spec.first() < 0 ? Math.max(0, size - spec.last()) : spec.first();
      long last = spec.first() < 0 || spec.last() < 0 ? size - 1 : Math.min(spec.last(), size - 1);
      if (first <= last) {
        ranges.add(new ByteRange(first, last - first + 1));
      }
    }
    return ranges.isEmpty()
        ? new Selection.Unsatisfiable()
        : new Selection.Parts(ranges.size() == 1 ? ranges : joined(ranges));
  }

  /// Ranges that overlap or touch are answered once: who asks a thousand times for the same bytes
  /// does not get them a thousand times. The order of those asked for apart is kept.
  private static List<ByteRange> joined(List<ByteRange> ranges) {
    List<ByteRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingLong(ByteRange::first));
    List<ByteRange> merged = new ArrayList<>();
    for (ByteRange next : sorted) {
      ByteRange before = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (before != null && next.first() <= before.last() + 1) {
        long last = Math.max(before.last(), next.last());
        merged.set(merged.size() - 1, new ByteRange(before.first(), last - before.first() + 1));
      } else {
        merged.add(next);
      }
    }
    return merged.size() == ranges.size() ? ranges : merged;
  }
}
