package io.plasmafs.nio;

import io.plasmafs.model.Principal;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/// Owners and groups. The cluster knows them by name and has no list of them, so every name can be
/// looked up.
final class Principals extends UserPrincipalLookupService {

  /// A user.
  record User(String name) implements UserPrincipal {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /// A group.
  record Group(String name) implements GroupPrincipal {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  @Override
  public UserPrincipal lookupPrincipalByName(String name) throws UserPrincipalNotFoundException {
    return new User(checked(name));
  }

  @Override
  public GroupPrincipal lookupPrincipalByGroupName(String group)
      throws UserPrincipalNotFoundException {
    return new Group(checked(group));
  }

  private static String checked(String name) throws UserPrincipalNotFoundException {
    if (name.isEmpty() || name.length() > Principal.MAX_NAME_BYTES) {
      throw new UserPrincipalNotFoundException(name);
    }
    return name;
  }

  /// The name of an owner who may come from another file system.
  static String userName(UserPrincipal user) {
    if (user instanceof GroupPrincipal) {
      throw new ProviderMismatchException(user + " is a group and cannot own a file");
    }
    return user.getName();
  }
}
