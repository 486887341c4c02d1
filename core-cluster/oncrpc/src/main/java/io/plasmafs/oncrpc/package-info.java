/// XDR and ONC RPC version 2 over Netty. Knows nothing about files.
@NullMarked
package io.plasmafs.oncrpc;

import org.jspecify.annotations.NullMarked;
