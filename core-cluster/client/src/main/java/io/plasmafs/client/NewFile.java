package io.plasmafs.client;

import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import java.nio.ByteBuffer;

/// A file that is to be created with its content, by [Transaction#writeAll].
///
/// @param attributes to be set after the content was written
/// @param content all remaining bytes, which are not consumed
public record NewFile(
    Location where, WriteOptions options, AttributeChanges attributes, ByteBuffer content) {}
