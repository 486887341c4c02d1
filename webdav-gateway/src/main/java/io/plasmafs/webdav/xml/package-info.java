/// XML of WebDAV's bodies: a reader with limits for what comes in, a streaming writer for what goes
/// out. Knows neither HTTP server nor cluster. Read [XmlElement] first.
@NullMarked
package io.plasmafs.webdav.xml;

import org.jspecify.annotations.NullMarked;
