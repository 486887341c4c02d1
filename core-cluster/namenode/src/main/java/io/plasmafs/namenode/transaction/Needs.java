package io.plasmafs.namenode.transaction;

import io.plasmafs.namenode.metadata.Fetch;
import java.util.LinkedHashSet;
import java.util.Set;

/// What an operation did not find in memory.
public final class Needs {
  private final Set<Fetch<?>> questions = new LinkedHashSet<>();
  private boolean inodeNumbers;

  /// Notes a question and gives up for now.
  public Missing ask(Fetch<?> question) {
    questions.add(question);
    return new Missing();
  }

  /// Notes that there are no inode numbers left and gives up for now.
  public Missing askForInodeNumbers() {
    inodeNumbers = true;
    return new Missing();
  }

  /// The questions noted since [#clear].
  public Set<Fetch<?>> questions() {
    return questions;
  }

  /// Whether inode numbers are needed.
  public boolean inodeNumbers() {
    return inodeNumbers;
  }

  /// Whether nothing was noted.
  public boolean isEmpty() {
    return questions.isEmpty() && !inodeNumbers;
  }

  /// Forgets all.
  public void clear() {
    questions.clear();
    inodeNumbers = false;
  }
}
