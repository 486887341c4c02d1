package io.plasmafs.http.semantics;

import io.plasmafs.model.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Digests of whole representations (RFC 9530): `Repr-Digest` and `Want-Repr-Digest`.
public final class ReprDigest {
  private static final int MAX_LENGTH = 1024;

  private ReprDigest() {}

  /// An algorithm that we know.
  public enum Algorithm {
    SHA_256("sha-256", "SHA-256"),
    SHA_512("sha-512", "SHA-512");

    private final String field;
    private final String java;

    Algorithm(String field, String java) {
      this.field = field;
      this.java = java;
    }

    /// A fresh digest.
    public MessageDigest start() {
      try {
        return MessageDigest.getInstance(java);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    /// The value of `Repr-Digest` for these bytes of a digest.
    public String header(byte[] digest) {
      return field + "=:" + Base64.getEncoder().encodeToString(digest) + ":";
    }
  }

  /// A digest that content is said to have.
  public record Expected(Algorithm algorithm, Bytes digest) {}

  /// The algorithm that `Want-Repr-Digest` prefers among those we know; nothing if none.
  public static Optional<Algorithm> wanted(String header) {
    Optional<Algorithm> best = Optional.empty();
    int weight = 0;
    for (Map.Entry<String, String> one : members(header).entrySet()) {
      Optional<Algorithm> known = algorithm(one.getKey());
      String value = one.getValue();
      if (known.isPresent()
          && value.length() <= 2
          && !value.isEmpty()
          && value.chars().allMatch(c -> c >= '0' && c <= '9')
          && Integer.parseInt(value) > weight) {
        best = known;
        weight = Integer.parseInt(value);
      }
    }
    return best;
  }

  /// The first digest of `Repr-Digest` whose algorithm we know.
  ///
  /// @throws MalformedHeader if its value is no byte sequence
  public static Optional<Expected> expected(String header) {
    for (Map.Entry<String, String> one : members(header).entrySet()) {
      Optional<Algorithm> known = algorithm(one.getKey());
      if (known.isPresent()) {
        String value = one.getValue();
        if (value.length() < 2 || !value.startsWith(":") || !value.endsWith(":")) {
          throw new MalformedHeader("Repr-Digest: " + one.getKey() + "=:BASE64: is expected");
        }
        try {
          Bytes digest =
              Bytes.wrap(Base64.getDecoder().decode(value.substring(1, value.length() - 1)));
          return Optional.of(new Expected(known.get(), digest));
        } catch (IllegalArgumentException e) {
          throw new MalformedHeader("Repr-Digest: the value of " + one.getKey() + " is no Base64");
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Algorithm> algorithm(String name) {
    for (Algorithm one : Algorithm.values()) {
      if (one.field.equals(name)) {
        return Optional.of(one);
      }
    }
    return Optional.empty();
  }

  private static Map<String, String> members(String header) {
    if (header.length() > MAX_LENGTH) {
      throw new MalformedHeader("a digest header of " + header.length() + " characters");
    }
    Map<String, String> members = new LinkedHashMap<>();
    for (String member : header.split(",", -1)) {
      int equals = member.indexOf('=');
      if (equals > 0) {
        members.put(
            member.substring(0, equals).strip().toLowerCase(Locale.ROOT),
            member.substring(equals + 1).strip());
      }
    }
    return members;
  }
}
