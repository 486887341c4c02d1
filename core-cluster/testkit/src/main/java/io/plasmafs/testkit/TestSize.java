package io.plasmafs.testkit;

/// How large the large things of tests are: small enough for every day, or, where the environment
/// variable `PLASMA_TEST_SIZES` is `full`, as large as they have to work.
public final class TestSize {
  private static final boolean FULL = "full".equals(System.getenv("PLASMA_TEST_SIZES"));

  private TestSize() {}

  /// The size that a test uses.
  ///
  /// @param property of the system, which may state another
  public static int of(String property, int small, int full) {
    return Integer.getInteger(property, FULL ? full : small);
  }
}
