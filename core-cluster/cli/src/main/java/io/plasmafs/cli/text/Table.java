package io.plasmafs.cli.text;

import java.util.ArrayList;
import java.util.List;

/// Rows whose columns are as wide as their widest cell, one space between. The last column is not
/// padded.
public final class Table {
  /// Where the text of a column stands.
  public enum Align {
    LEFT,
    RIGHT
  }

  private final Align[] columns;
  private final List<String[]> rows = new ArrayList<>();

  /// An empty table of these columns.
  public Table(Align... columns) {
    this.columns = columns.clone();
  }

  /// One row more; it has a cell for each column.
  public void row(String... cells) {
    if (cells.length != columns.length) {
      throw new IllegalArgumentException(
          "a row of " + cells.length + " cells in a table of " + columns.length + " columns");
    }
    rows.add(cells.clone());
  }

  /// The rows as lines.
  public List<String> lines() {
    int[] widths = new int[columns.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
    }
    List<String> lines = new ArrayList<>(rows.size());
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        boolean last = i == row.length - 1;
        String padding = " ".repeat(widths[i] - width(row[i]));
        if (columns[i] == Align.RIGHT) {
          line.append(padding);
        }
        line.append(row[i]);
        if (!last) {
          if (columns[i] == Align.LEFT) {
            line.append(padding);
          }
          line.append(' ');
        }
      }
      lines.add(line.toString());
    }
    return lines;
  }

  /// Names side by side, down and then across, as `ls` shows them on a terminal.
  ///
  /// @param width of the terminal in characters
  public static List<String> columns(List<String> names, int width) {
    if (names.isEmpty()) {
      return List.of();
    }
    int longest = 1;
    int shortest = Integer.MAX_VALUE;
    for (String name : names) {
      longest = Math.max(longest, width(name));
      shortest = Math.min(shortest, width(name));
    }
    // As many columns as fit, each as wide as its own longest name.
    int most = Math.max(1, Math.min(names.size(), (width + 2) / (Math.max(1, shortest) + 2)));
    for (int count = most; count > 1; count--) {
      int rows = (names.size() + count - 1) / count;
      int[] widths = new int[(names.size() + rows - 1) / rows];
      int sum = -2;
      for (int i = 0; i < names.size(); i++) {
        widths[i / rows] = Math.max(widths[i / rows], width(names.get(i)));
      }
      for (int w : widths) {
        sum += w + 2;
      }
      if (sum <= width) {
        return arrange(names, rows, widths);
      }
    }
    return List.copyOf(names);
  }

  private static List<String> arrange(List<String> names, int rows, int[] widths) {
    List<String> lines = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        int at = column * rows + row;
        if (at >= names.size()) {
          break;
        }
        line.append(names.get(at));
        if (at + rows < names.size()) {
          line.append(" ".repeat(widths[column] - width(names.get(at)) + 2));
        }
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
