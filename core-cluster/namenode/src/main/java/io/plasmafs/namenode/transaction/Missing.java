package io.plasmafs.namenode.transaction;

/// Something is not in memory: what, stands in [Needs]. Whoever runs the operation undoes what it
/// did so far, fetches, and runs it again. Carries no stack trace: it is thrown often.
public final class Missing extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Missing() {
    super("not in memory", null, false, false);
  }
}
