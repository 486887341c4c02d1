package io.plasmafs.namenode.job;

import io.plasmafs.model.FsException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What long work has told since it was asked last.
///
/// @param finished nothing more will come
/// @param failure why it ended before its end
/// @param stage what it is at
/// @param done of the stage
/// @param total of the stage; 0 if that is not known
/// @param findings new ones
/// @param figures sums until now, by name
public record JobPage(
    boolean finished,
    Optional<FsException> failure,
    String stage,
    long done,
    long total,
    List<Finding> findings,
    Map<String, Long> figures) {}
