// Shows /openapi.json: every operation with its parameters and answers. All text is set as text.
"use strict";

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  code { font: 14px/1.5 ui-monospace, monospace; }
  summary { cursor: pointer; padding: .3rem 0; border-top: 1px solid #8884; }
  summary b { display: inline-block; min-width: 4.5rem; }
  table { border-collapse: collapse; margin: .5rem 0 1rem 1rem; }
  td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
`);
document.adoptedStyleSheets = [sheet];

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function row(...cells) {
  return element("tr", "", ...cells.map((cell, i) =>
    i === 0 ? element("td", "", element("code", cell)) : element("td", cell)));
}

function show(method, path, operation) {
  const table = element("table");
  for (const p of operation.parameters ?? []) {
    const choice = p.schema.enum ? ": " + p.schema.enum.join(", ") : "";
    table.append(row(p.in === "query" ? "?" + p.name : p.name, p.in, p.description + choice));
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    table.append(row(status, "answer", answer.description));
  }
  return element("details", "",
    element("summary", "", element("b", method.toUpperCase()), element("code", path),
      " " + operation.summary),
    table);
}

fetch("/openapi.json").then(answer => answer.json()).then(api => {
  const main = document.getElementById("api");
  main.replaceChildren(element("p", api.info.description));
  for (const tag of api.tags) {
    main.append(element("h2", tag.name));
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags.includes(tag.name)) main.append(show(method, path, operation));
      }
    }
  }
});
