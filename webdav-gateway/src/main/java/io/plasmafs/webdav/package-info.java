/// The WebDAV door (RFC 4918, class 1, 2 and 3). Translates each request to one transaction of the
/// client library. It keeps nothing: locks and properties are in the cluster, so that any number of
/// these gateways may run side by side.
///
/// Must never know how the cluster stores anything. Read [WebdavDoor] first.
@NullMarked
package io.plasmafs.webdav;

import org.jspecify.annotations.NullMarked;
