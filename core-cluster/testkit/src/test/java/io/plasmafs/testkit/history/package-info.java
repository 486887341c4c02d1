/// Random histories that look for mixed and outdated contents in the caches of clients: see
/// `CacheHistoryTest` first.
@NullMarked
package io.plasmafs.testkit.history;

import org.jspecify.annotations.NullMarked;
