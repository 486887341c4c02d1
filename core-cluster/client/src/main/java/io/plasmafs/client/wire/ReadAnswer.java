package io.plasmafs.client.wire;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.xdr.BulkData;

/// What a datanode answered to a read.
///
/// @param checksums CRC32C of each slice of the data, as stored
/// @param data whole slices; belongs to whoever got this answer, and must be released
public record ReadAnswer(FsStatus status, String message, Checksums checksums, BulkData data) {}
