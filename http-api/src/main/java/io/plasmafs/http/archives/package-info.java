/// Directories as tar and zip archives: written of one consistent instant, unpacked as one
/// transaction.
///
/// What an archive says is not believed: names, links, sizes and counts are checked before anything
/// is done. Must never know how a request came. Read [ArchiveExtraction] first.
@NullMarked
package io.plasmafs.http.archives;

import org.jspecify.annotations.NullMarked;
