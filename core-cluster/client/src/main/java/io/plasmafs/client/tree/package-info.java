/// Copies whole trees between the local disk and a cluster, and makes one like another
/// ([SyncUpload], [SyncDownload]). It uses the client's public methods only and knows nothing of
/// datanodes or the wire. Read [TreeUpload] first.
@NullMarked
package io.plasmafs.client.tree;

import org.jspecify.annotations.NullMarked;
