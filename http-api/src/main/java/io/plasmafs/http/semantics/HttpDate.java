package io.plasmafs.http.semantics;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Dates of headers (RFC 9110 §5.6.7): written in the one preferred form, read in all three.
public final class HttpDate {
  private static final DateTimeFormatter IMF_FIXDATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter RFC_850 =
      new DateTimeFormatterBuilder()
          .appendPattern("EEEE, dd-MMM-")
          .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
          .appendPattern(" HH:mm:ss 'GMT'")
          .toFormatter(Locale.ENGLISH);

  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);

  private HttpDate() {}

  /// `Sat, 21 Nov 2026 12:00:00 GMT`; fractions of a second are cut off.
  public static String format(Instant time) {
    return IMF_FIXDATE.format(time);
  }

  /// The date that a header says; nothing if it is none, as a recipient must ignore such a header.
  public static Optional<Instant> parse(String text) {
    for (DateTimeFormatter form : List.of(IMF_FIXDATE, RFC_850, ASCTIME)) {
      try {
        return Optional.of(LocalDateTime.parse(text.strip(), form).toInstant(ZoneOffset.UTC));
      } catch (DateTimeParseException notThisForm) {
        // One of the other forms, perhaps.
      }
    }
    return Optional.empty();
  }
}
