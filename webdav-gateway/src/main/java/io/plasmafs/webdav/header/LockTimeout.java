package io.plasmafs.webdav.header;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/// For how long a lock is asked for (RFC 4918 section 10.7). The header is a wish: the answer is
/// bounded whatever it says.
public final class LockTimeout {
  /// What a lock gets if nothing is asked for.
  public static final Duration DEFAULT = Duration.ofMinutes(10);

  /// The longest that a lock lives without being refreshed. A lock of a client that is gone
  /// disappears after that.
  public static final Duration LONGEST = Duration.ofHours(1);

  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private LockTimeout() {}

  /// The first wish of the list that makes sense, within the bounds.
  ///
  /// @param value the header, if there is one
  public static Duration parse(Optional<String> value) {
    if (value.isEmpty()) {
      return DEFAULT;
    }
    for (String wish : value.get().split(",", 16)) {
      String one = wish.strip().toLowerCase(Locale.ROOT);
      if (one.equals("infinite")) {
        return LONGEST;
      }
      if (one.startsWith("second-") && one.length() > 7 && isDigits(one.substring(7))) {
        String digits = one.substring(7);
        long seconds = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
        long bounded = Math.max(SHORTEST.toSeconds(), Math.min(LONGEST.toSeconds(), seconds));
        return Duration.ofSeconds(bounded);
      }
    }
    return DEFAULT;
  }

  private static boolean isDigits(String text) {
    return text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
