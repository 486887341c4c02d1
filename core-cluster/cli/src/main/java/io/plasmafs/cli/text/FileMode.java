package io.plasmafs.cli.text;

import io.plasmafs.model.FileType;
import java.util.Locale;

/// Permission bits as people read them.
public final class FileMode {
  private FileMode() {}

  /// Type and bits as `ls -l` shows them: `-rw-r--r--`, `drwxr-xr-t`.
  public static String display(FileType type, int mode) {
    char[] out = new char[10];
    out[0] =
        switch (type) {
          case REGULAR -> '-';
          case DIRECTORY -> 'd';
          case SYMLINK -> 'l';
        };
    for (int i = 0; i < 9; i++) {
      out[i + 1] = (mode & (0400 >> i)) != 0 ? "rwx".charAt(i % 3) : '-';
    }
    special(out, 3, (mode & 04000) != 0, 's');
    special(out, 6, (mode & 02000) != 0, 's');
    special(out, 9, (mode & 01000) != 0, 't');
    return new String(out);
  }

  private static void special(char[] out, int at, boolean set, char letter) {
    if (set) {
      out[at] = out[at] == 'x' ? letter : Character.toUpperCase(letter);
    }
  }

  /// Four octal digits.
  public static String octal(int mode) {
    return String.format(Locale.ROOT, "%04o", mode);
  }
}
