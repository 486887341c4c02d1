package io.plasmafs.model;

import java.util.Set;

/// Who asks: a user, the group that owns what the user creates, and all groups that count for
/// permission. Users and groups are names; numeric ids exist at the NFS door only.
public record Principal(String user, String group, Set<String> groups) {
  /// The longest user or group name, in bytes of UTF-8.
  public static final int MAX_NAME_BYTES = 255;

  public Principal {
    if (user.isEmpty() || group.isEmpty()) {
      throw new IllegalArgumentException("user '" + user + "' or group '" + group + "' is empty");
    }
    groups = Set.copyOf(groups);
  }

  /// Whether the user is a member of `group`.
  public boolean isMember(String group) {
    return this.group.equals(group) || groups.contains(group);
  }
}
