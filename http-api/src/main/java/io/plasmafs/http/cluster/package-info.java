/// The cluster over HTTP: what it is made of, whether this gateway can serve, and what it serves.
///
/// Must never know of files. Read [ClusterState] first.
@NullMarked
package io.plasmafs.http.cluster;

import org.jspecify.annotations.NullMarked;
