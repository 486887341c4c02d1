package io.plasmafs.http.semantics;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.InodeId;
import java.util.Optional;

/// An entity tag (RFC 9110 §8.8.3). Ours are strong and made of inode and content version, so that
/// no two different contents ever share one, and attributes alone do not change it.
///
/// @param opaque what stands between the quotes
public record EntityTag(String opaque, boolean weak) {

  public EntityTag {
    for (int i = 0; i < opaque.length(); i++) {
      char c = opaque.charAt(i);
      if (c == '"' || c < 0x21 || c == 0x7f) {
        throw new MalformedHeader(
            "the entity tag " + opaque + " has a character that cannot stand in one");
      }
    }
  }

  /// The tag of one version of one inode's content.
  public static EntityTag of(InodeId inode, long contentVersion) {
    return new EntityTag(inode.value() + "-" + contentVersion, false);
  }

  /// The tag of a file as these attributes show it; absent while a transaction looks at content
  /// that it has changed itself, which has no version yet.
  public static Optional<EntityTag> of(Attributes attributes) {
    return attributes.contentVersion() == 0
        ? Optional.empty()
        : Optional.of(of(attributes.inode(), attributes.contentVersion()));
  }

  /// One tag, as a header or a JSON member spells it: `"…"` or `W/"…"`.
  ///
  /// @throws MalformedHeader if it is none
  public static EntityTag parse(String text) {
    EntityTagList list = EntityTagList.parse("entity tag", text);
    if (list.any() || list.tags().size() != 1) {
      throw new MalformedHeader("one entity tag in quotes is expected, not " + text);
    }
    return list.tags().get(0);
  }

  /// Strong comparison (RFC 9110 §8.8.3.2): both strong and the same.
  public boolean matchesStrongly(EntityTag other) {
    return !weak && !other.weak && opaque.equals(other.opaque);
  }

  /// Weak comparison: the same, whether strong or weak.
  public boolean matchesWeakly(EntityTag other) {
    return opaque.equals(other.opaque);
  }

  /// As headers spell it.
  @Override
  public String toString() {
    return (weak ? "W/\"" : "\"") + opaque + "\"";
  }
}
