/// Long work that an operator begins, watches and may stop: what it tells is fetched page by page,
/// and who stops fetching stops the work.
///
/// Must never know what the work is. Read [Jobs] first.
@NullMarked
package io.plasmafs.namenode.job;

import org.jspecify.annotations.NullMarked;
