package io.plasmafs.nio;

import java.nio.file.CopyOption;
import java.nio.file.LinkOption;
import java.util.Arrays;

/// Whether symbolic links are followed, as options say it.
final class Links {
  private Links() {}

  static boolean follow(CopyOption... options) {
    return !Arrays.asList(options).contains(LinkOption.NOFOLLOW_LINKS);
  }
}
