package io.plasmafs.cli.text;

import java.util.ArrayList;
import java.util.List;

/// A change of permission bits: octal digits (`644`, `1777`) or clauses with commas between
/// (`u+rwX,go-w`, `a=r`, `g=u`, `+t`), as chmod(1) has them. A clause that names nobody is for all:
/// a cluster has no umask.
public final class ModeChange {
  private static final int ALL = 07777;

  private final List<Step> steps;

  private ModeChange(List<Step> steps) {
    this.steps = steps;
  }

  /// One action of a clause.
  ///
  /// @param who mask of the bits that the clause may touch
  /// @param permissions bits as for everybody, before `who` is applied
  /// @param executeIf whether `X` was given
  /// @param copyShift bits 0 to 2 of the class to copy are found after shifting right by it; -1:
  ///   none
  private record Step(
      int who, char action, int permissions, boolean executeIf, int copyShift, boolean absolute) {

    int apply(int mode, boolean directory) {
      if (absolute) {
        return permissions;
      }
      int value = permissions;
      if (executeIf && (directory || (mode & 0111) != 0)) {
        value |= 0111;
      }
      if (copyShift >= 0) {
        value |= ((mode >> copyShift) & 7) * 0111;
      }
      value &= who;
      return switch (action) {
        case '+' -> mode | value;
        case '-' -> mode & ~value;
        default -> {
          // As chmod(1): set-user-id and set-group-id of a directory stay unless they are named.
          int cleared = directory ? who & ~06000 : who;
          yield (mode & ~cleared) | value;
        }
      };
    }
  }

  /// Reads a change.
  ///
  /// @throws IllegalArgumentException saying how modes are written, if this is none
  public static ModeChange parse(String text) {
    if (text.matches("[0-7]{1,5}") && Integer.parseInt(text, 8) <= ALL) {
      return new ModeChange(
          List.of(new Step(ALL, '=', Integer.parseInt(text, 8), false, -1, true)));
    }
    List<Step> steps = new ArrayList<>();
    for (String clause : text.split(",", -1)) {
      parseClause(text, clause, steps);
    }
    return new ModeChange(List.copyOf(steps));
  }

  /// Reads a mode that stands alone, such as that of a new directory: symbolic ones start from
  /// `base`.
  public static int parse(String text, int base, boolean directory) {
    return parse(text).apply(base, directory);
  }

  private static void parseClause(String text, String clause, List<Step> steps) {
    int at = 0;
    int who = 0;
    while (at < clause.length() && "ugoa".indexOf(clause.charAt(at)) >= 0) {
      who |=
          switch (clause.charAt(at)) {
            case 'u' -> 04700;
            case 'g' -> 02070;
            case 'o' -> 01007;
            default -> ALL;
          };
      at++;
    }
    if (who == 0) {
      who = ALL;
    }
    if (at == clause.length()) {
      throw malformed(text);
    }
    while (at < clause.length()) {
      char action = clause.charAt(at++);
      if ("+-=".indexOf(action) < 0) {
        throw malformed(text);
      }
      int permissions = 0;
      boolean executeIf = false;
      int copyShift = -1;
      while (at < clause.length() && "+-=".indexOf(clause.charAt(at)) < 0) {
        switch (clause.charAt(at++)) {
          case 'r' -> permissions |= 0444;
          case 'w' -> permissions |= 0222;
          case 'x' -> permissions |= 0111;
          case 'X' -> executeIf = true;
          case 's' -> permissions |= 06000;
          case 't' -> permissions |= 01000;
          case 'u' -> copyShift = 6;
          case 'g' -> copyShift = 3;
          case 'o' -> copyShift = 0;
          default -> throw malformed(text);
        }
      }
      steps.add(new Step(who, action, permissions, executeIf, copyShift, false));
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no mode: write octal digits such as 644, or changes such as u+rwX,go-w");
  }

  /// The bits after the change.
  ///
  /// @param mode the bits before
  /// @param directory whether they are a directory's, which counts for `X`
  public int apply(int mode, boolean directory) {
    int result = mode;
    for (Step step : steps) {
      result = step.apply(result, directory);
    }
    return result & ALL;
  }
}
