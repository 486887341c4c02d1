package io.plasmafs.webdav;

import io.plasmafs.client.Transaction;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.webdav.property.DeadProperties;
import io.plasmafs.webdav.property.PropertyUpdate;
import io.plasmafs.webdav.xml.BadXmlException;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import io.plasmafs.webdav.xml.XmlWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Sets and removes properties, in the order of the body, all or none (RFC 4918 section 9.2).
record ProppatchMethod(Guards guards) implements DavMethod {
  private static final int OK = 200;
  private static final int FORBIDDEN = 403;
  private static final int CONFLICT = 409;
  private static final int FAILED_DEPENDENCY = 424;
  private static final int INSUFFICIENT_STORAGE = 507;

  /// One instruction of the body.
  ///
  /// @param property with its value if it is to be set
  private record Step(XmlElement property, boolean remove) {}

  @Override
  public void handle(DavRequest request) throws Exception {
    List<Step> steps =
        steps(request.xml().orElseThrow(() -> new BadXmlException("PROPPATCH needs a body")));
    Map<XmlName, Integer> statuses =
        request.edit(transaction -> patch(transaction, request, steps)).result();
    answer(request, request.require(request.view()).isDirectory(), statuses);
  }

  private static List<Step> steps(XmlElement body) {
    if (!body.name().equals(XmlName.dav("propertyupdate"))) {
      throw new BadXmlException("expected {DAV:}propertyupdate, found " + body.name());
    }
    List<Step> steps = new ArrayList<>();
    for (XmlElement instruction : body.children()) {
      boolean set = instruction.name().equals(XmlName.dav("set"));
      if (!set && !instruction.name().equals(XmlName.dav("remove"))) {
        continue; // Extensions are ignored (RFC 4918 section 17).
      }
      XmlElement prop =
          instruction
              .child(XmlName.dav("prop"))
              .orElseThrow(() -> new BadXmlException("an instruction has no {DAV:}prop"));
      for (XmlElement property : prop.children()) {
        steps.add(new Step(withLanguage(property, prop, instruction, body), !set));
      }
    }
    if (steps.isEmpty()) {
      throw new BadXmlException("{DAV:}propertyupdate has no property");
    }
    return steps;
  }

  /// The language of a property may be stated above it (RFC 4918 section 4.3).
  ///
  /// @param above from the innermost outwards
  private static XmlElement withLanguage(XmlElement property, XmlElement... above) {
    XmlElement result = property;
    for (XmlElement element : above) {
      for (XmlElement.Attribute attribute : element.attributes()) {
        if (attribute.name().equals(XmlName.LANG)) {
          result = result.withInherited(attribute);
        }
      }
    }
    return result;
  }

  private Map<XmlName, Integer> patch(
      Transaction transaction, DavRequest request, List<Step> steps) {
    Attributes target = request.require(transaction);
    guards.enter(transaction, request).change(transaction, request.path());
    Set<XmlName> present =
        DeadProperties.read(transaction, List.of(target.inode()))
            .getOrDefault(target.inode(), Map.of())
            .keySet();
    PropertyUpdate update = new PropertyUpdate(target, present);
    Map<XmlName, Integer> statuses = new LinkedHashMap<>();
    for (Step step : steps) {
      statuses.merge(step.property().name(), apply(update, step), Math::max);
    }
    if (statuses.values().stream().anyMatch(status -> status != OK)) {
      statuses.replaceAll((name, status) -> status == OK ? FAILED_DEPENDENCY : status);
    } else if (!update.operations().isEmpty()) {
      var unused = transaction.execute(update.operations());
    }
    return statuses;
  }

  private static int apply(PropertyUpdate update, Step step) {
    try {
      PropertyUpdate.Result result =
          step.remove() ? update.remove(step.property().name()) : update.set(step.property());
      return switch (result) {
        case DONE -> OK;
        case PROTECTED -> FORBIDDEN;
        case BAD_VALUE -> CONFLICT;
      };
    } catch (FsException e) {
      if (e.status() == FsStatus.EFBIG) {
        return INSUFFICIENT_STORAGE;
      }
      throw e;
    }
  }

  private static void answer(DavRequest request, boolean directory, Map<XmlName, Integer> statuses)
      throws IOException {
    XmlWriter xml = request.answer(207);
    xml.start("multistatus").start("response");
    xml.textElement("href", request.href(request.path(), directory));
    for (int status : new TreeSet<>(statuses.values())) {
      xml.start("propstat").start("prop");
      for (Map.Entry<XmlName, Integer> one : statuses.entrySet()) {
        if (one.getValue() == status) {
          xml.empty(one.getKey());
        }
      }
      xml.end().textElement("status", Statuses.line(status));
      if (status == FORBIDDEN) {
        xml.start("error").empty("cannot-modify-protected-property").end();
      }
      xml.end();
    }
    xml.end().end();
    xml.close();
  }
}
