package io.plasmafs.namenode.repair;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The datanodes as they were when somebody looked. Immutable.
public final class Sites {
  private final Map<DatanodeId, Site> byId;

  Sites(Collection<Site> sites) {
    Map<DatanodeId, Site> map = new TreeMap<>();
    sites.forEach(site -> map.put(site.datanode().id(), site));
    this.byId = Collections.unmodifiableMap(map);
  }

  /// All of them, in the order of their numbers.
  public Collection<Site> all() {
    return byId.values();
  }

  /// One of them, if it is known.
  public Optional<Site> of(DatanodeId id) {
    return Optional.ofNullable(byId.get(id));
  }

  /// What a datanode is worth; [Standing#LOST] if it is not known.
  public Standing standing(DatanodeId id) {
    Site site = byId.get(id);
    return site == null ? Standing.LOST : site.standing();
  }

  /// One of them, if it can be read now.
  public Optional<Datanode> readable(DatanodeId id) {
    return of(id)
        .filter(site -> site.standing().isReadable() && !site.datanode().address().isEmpty())
        .map(Site::datanode);
  }

  /// Only those of them that are named.
  Sites only(Set<DatanodeId> ids) {
    return new Sites(byId.values().stream().filter(s -> ids.contains(s.datanode().id())).toList());
  }

  /// Host:port of a datanode.
  ///
  /// @throws FsException EUNAVAIL if it is not known
  String addressOf(DatanodeId id) {
    return of(id)
        .map(site -> site.datanode().address())
        .filter(address -> !address.isEmpty())
        .orElseThrow(() ->
            new FsException(FsStatus.EUNAVAIL, id + " has not been heard of since the start"));
  }

  /// What all of them are worth.
  Map<DatanodeId, Standing> standings() {
    Map<DatanodeId, Standing> standings = new TreeMap<>();
    byId.forEach((id, site) -> standings.put(id, site.standing()));
    return standings;
  }
}
