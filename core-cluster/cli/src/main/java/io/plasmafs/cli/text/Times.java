package io.plasmafs.cli.text;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Times as people read and write them, in their own time zone.
///
/// @param zone the reader's
/// @param now what counts as the present
public record Times(ZoneId zone, Instant now) {
  private static final Duration HALF_A_YEAR = Duration.ofSeconds(31556952L / 2);
  private static final Pattern STAMP =
      Pattern.compile("(\\d\\d(?:\\d\\d)?)?(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(?:\\.(\\d\\d))?");
  private static final String[] MONTHS = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };

  /// As `ls -l`: month, day and time of day, or the year if it is more than half a year away.
  public String brief(Instant time) {
    // By hand: the JDK's formatter loads locale data, which costs a short command much of its time.
    ZonedDateTime local = time.atZone(zone);
    String day = MONTHS[local.getMonthValue() - 1] + " " + padded(local.getDayOfMonth(), 2, ' ');
    boolean recent =
        time.isAfter(now.minus(HALF_A_YEAR)) && !time.isAfter(now.plus(Duration.ofHours(1)));
    return recent
        ? day + " " + padded(local.getHour(), 2, '0') + ":" + padded(local.getMinute(), 2, '0')
        : day + " " + padded(local.getYear(), 5, ' ');
  }

  /// To the nanosecond, with the offset from UTC: `2026-03-01 12:30:00.000000000 +0100`.
  public String full(Instant time) {
    ZonedDateTime t = time.atZone(zone);
    int offset = t.getOffset().getTotalSeconds();
    int minutes = Math.abs(offset) / 60;
    return t.getYear()
        + "-"
        + padded(t.getMonthValue(), 2, '0')
        + "-"
        + padded(t.getDayOfMonth(), 2, '0')
        + " "
        + padded(t.getHour(), 2, '0')
        + ":"
        + padded(t.getMinute(), 2, '0')
        + ":"
        + padded(t.getSecond(), 2, '0')
        + "."
        + padded(t.getNano(), 9, '0')
        + (offset < 0 ? " -" : " +")
        + padded(minutes / 60, 2, '0')
        + padded(minutes % 60, 2, '0');
  }

  private static String padded(int value, int width, char with) {
    String digits = Integer.toString(value);
    return String.valueOf(with).repeat(Math.max(0, width - digits.length())) + digits;
  }

  /// Reads a time: `2026-03-01`, `2026-03-01 12:30`, `2026-03-01T12:30:15.5`, either with `Z` or
  /// `+01:00` behind, `@` and seconds since 1970, or `now`.
  ///
  /// @throws IllegalArgumentException saying how times are written, if this is none
  public Instant parse(String text) {
    String stripped = text.strip();
    if (stripped.equals("now")) {
      return now;
    }
    try {
      if (stripped.startsWith("@")) {
        return sinceEpoch(stripped.substring(1));
      }
      String iso = stripped.replaceFirst("(?<=\\d) +(?=\\d)", "T").replaceFirst(" +(?=[+-])", "");
      iso = iso.replaceFirst("([+-]\\d\\d)(\\d\\d)$", "$1:$2");
      if (iso.indexOf('T') < 0) {
        return LocalDate.parse(iso).atStartOfDay(zone).toInstant();
      }
      if (iso.matches(".*T.*(Z|[+-]\\d\\d(:\\d\\d)?)")) {
        return OffsetDateTime.parse(iso, DateTimeFormatter.ISO_OFFSET_DATE_TIME).toInstant();
      }
      return LocalDateTime.parse(iso).atZone(zone).toInstant();
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no time: write for example 2026-03-01, '2026-03-01 12:30', "
              + "2026-03-01T12:30:15Z or @1772368215",
          e);
    }
  }

  private static Instant sinceEpoch(String seconds) {
    java.math.BigDecimal value = new java.math.BigDecimal(seconds);
    java.math.BigDecimal whole = value.setScale(0, java.math.RoundingMode.FLOOR);
    return Instant.ofEpochSecond(
        whole.longValueExact(), value.subtract(whole).movePointRight(9).longValue());
  }

  /// Reads a time as `touch -t` has it: `[[CC]YY]MMDDhhmm[.ss]`.
  ///
  /// @throws IllegalArgumentException saying how it is written, if this is none
  public Instant parseStamp(String text) {
    Matcher m = STAMP.matcher(text);
    try {
      if (m.matches()) {
        return LocalDateTime.of(
                year(m.group(1)),
                Integer.parseInt(m.group(2)),
                Integer.parseInt(m.group(3)),
                Integer.parseInt(m.group(4)),
                Integer.parseInt(m.group(5)),
                m.group(6) == null ? 0 : Integer.parseInt(m.group(6)))
            .atZone(zone)
            .toInstant();
      }
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "'%s' is no time: %s", text, e.getMessage()), e);
    }
    throw new IllegalArgumentException("'" + text + "' is no time: write [[CC]YY]MMDDhhmm[.ss]");
  }

  private int year(@org.jspecify.annotations.Nullable String digits) {
    if (digits == null) {
      return now.atZone(zone).getYear();
    }
    int value = Integer.parseInt(digits);
    if (digits.length() == 4) {
      return value;
    }
    return value >= 69 ? 1900 + value : 2000 + value;
  }
}
