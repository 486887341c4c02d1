/// What a client remembers of a cluster: one cache for all its users, with versions as the only
/// judge of what is current.
///
/// Read [MetadataCache] first, then [BlockCache]. The package must never know how questions reach a
/// namenode or a datanode: it is told what was answered, and says what would be answered again.
///
/// These always hold:
///
/// 1. **Committed only.** What a transaction sees of its own changes has version 0 and is never
///    taken in. So an aborted transaction leaves nothing behind.
/// 2. **Versions only grow.** Of each inode the newest version taken in is kept; an answer that
///    comes late with an older one is dropped. What is evicted leaves a mark behind, so that an
///    answer to a question asked before the eviction cannot bring back what was older. An answer
///    that is passed over, as long listings are, ends the trust in all that was asked before.
/// 3. **A name counts with its directory.** An entry, or the knowledge that there is none, was seen
///    in one content version of its directory, and is of use only while the directory has that.
/// 4. **One instant.** The parts of one lookup are validated by one call, which the coordinator
///    answers in one step: all of them were current at the same moment. Attributes come from one
///    version, as a whole.
/// 5. **Bytes of blocks never change.** A slice is known by inode, generation of its blocks, which
///    is never given out twice, and its place in the file. Only verified slices of committed block
///    lists enter.
/// 6. **No more than the namenode grants.** A directory is passed, and a file read, for somebody
///    only if the namenode let the same principal, with the same groups, do so while the inode had
///    the same version: mode and owner are part of that.
/// 7. **Trust has an age.** Without validation something is used only if the question that it
///    answered was asked within the staleness allowed by this caller, and after the last commit of
///    this client and the last answer that was passed over.
/// 8. **Bounded.** Heap and direct memory have limits in bytes, each its own.
@NullMarked
package io.plasmafs.client.cache;

import org.jspecify.annotations.NullMarked;
