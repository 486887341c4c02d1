/// What a process is told before it starts, and the addresses in it.
///
/// Knows neither which settings there are nor what they are for: each process has a class of its
/// own for that. Depends on nothing.
///
/// Read [Settings] first.
@NullMarked
package io.plasmafs.settings;

import org.jspecify.annotations.NullMarked;
