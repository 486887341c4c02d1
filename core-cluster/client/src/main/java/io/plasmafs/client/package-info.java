/// The client library: transactions, files and blocks, through namenode and datanodes.
@NullMarked
package io.plasmafs.client;

import org.jspecify.annotations.NullMarked;
