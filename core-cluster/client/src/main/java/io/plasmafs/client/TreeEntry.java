package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;

/// An object that a walk came to.
///
/// @param path from the root of the filesystem
/// @param depth 0 for the object where the walk began
public record TreeEntry(FsPath path, Attributes attributes, int depth) {}
