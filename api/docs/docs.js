// Draws the reference from the OpenAPI description. Everything is put in as text: nothing in it is markup.
"use strict";

const el = (tag, attrs = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) node.setAttribute(name, value);
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
};

const resolve = (spec, schema) => {
  const name = schema && schema.$ref && schema.$ref.split("/").pop();
  return name ? { name, schema: spec.components.schemas[name] } : { name: "", schema };
};

const kind = (spec, schema) => {
  const { name, schema: s } = resolve(spec, schema);
  if (!s) return "";
  if (s.anyOf) return s.anyOf.map((x) => kind(spec, x)).join(" or ");
  if (s.enum) return s.enum.map((v) => JSON.stringify(v)).join(" | ");
  const type = [].concat(s.type || (s.properties ? "object" : "any")).join(" or ");
  if (s.items) return "list of " + (kind(spec, s.items) || "any");
  return name || (s.format ? `${type} (${s.format})` : type);
};

const base = (spec) => (spec.servers && spec.servers[0] ? spec.servers[0].url : "");

const rights = {
  public: () => "Open to everybody, also without signing in.",
  own: () => "For everybody who is signed in, about what is their own.",
};

const table = (heads, rows) =>
  el("div", { class: "table", tabindex: "0" }, el("table", {},
    el("thead", {}, el("tr", {}, ...heads.map((h) => el("th", { scope: "col" }, h)))),
    el("tbody", {}, ...rows.map((cells) => el("tr", {}, ...cells.map((c) => el("td", {}, c)))))));

// The schema that a field refers to, through lists and "or null", if it is an object of its own.
const inner = (spec, schema) => {
  const s = schema && (schema.items || (schema.anyOf || []).find((x) => x.$ref) || schema);
  const found = s && s.$ref ? resolve(spec, s) : { name: "", schema: s };
  return found.name && found.schema && found.schema.properties ? found : null;
};

const fields = (spec, schema, depth = 0) => {
  const s = resolve(spec, schema).schema;
  if (s && s.items) return fields(spec, s.items, depth);
  if (!s || !s.properties) return null;
  const required = new Set(s.required || []);
  return table(["Field", "Kind", "Meaning"], Object.entries(s.properties).map(([name, p]) => {
      const deeper = depth < 3 ? inner(spec, p) : null;
      const what = deeper
        ? el("details", { class: "inner" }, el("summary", {}, kind(spec, p)), fields(spec, { $ref: "#/components/schemas/" + deeper.name }, depth + 1))
        : kind(spec, p);
      return [el("code", {}, name + (required.has(name) ? " *" : "")), what, p.description || ""];
    }));
};

const sample = (spec, schema, depth = 0) => {
  const s = resolve(spec, schema).schema;
  if (!s || depth > 4) return null;
  if (s.examples) return s.examples[0];
  if (s.anyOf) return sample(spec, s.anyOf[0], depth + 1);
  if (s.enum) return s.enum[0];
  const type = [].concat(s.type || "object")[0];
  if (type === "array") return [sample(spec, s.items, depth + 1)];
  if (type === "object") {
    return Object.fromEntries(Object.entries(s.properties || {}).filter(([n]) => (s.required || []).includes(n)).map(([n, p]) => [n, sample(spec, p, depth + 1)]));
  }
  return { integer: 1, number: 1, boolean: true }[type] || "text";
};

const jsonBody = (content) => content && (content["application/json"] || Object.values(content)[0]);

// What a shell must not read as its own goes between single quotes.
const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

const curl = (spec, method, path, op) => {
  const query = (op.parameters || []).filter((p) => p.in === "query" && p.required).map((p) => `${p.name}=…`).join("&");
  const address = location.origin + base(spec) + path + (query ? "?" + query : "");
  const parts = [`curl -X ${method.toUpperCase()} ${quoted(address)}`];
  if (op.security) parts.push("-H 'Authorization: Bearer cab_…'");
  const body = op.requestBody && jsonBody(op.requestBody.content);
  if (body && op.requestBody.content["application/json"]) {
    parts.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(sample(spec, body.schema)))}`);
  } else if (body) {
    parts.push("-F file=@report.pdf");
  }
  return parts.join(" \\\n  ");
};

const operation = (spec, method, path, op) => {
  const body = el("div", { class: "body" });
  if (op.description) body.append(el("p", {}, op.description));
  const right = op["x-action"];
  if (rights[right]) body.append(el("p", {}, rights[right]()));
  else if (right) body.append(el("p", {}, "Needs the right ", el("code", {}, right), right.includes("{kind}") ? ", where {kind} is the record's." : "."));
  const params = (op.parameters || []).map((p) => (p.$ref ? resolve({ components: { schemas: spec.components.parameters || {} } }, p).schema : p)).filter(Boolean);
  if (params.length) {
    body.append(el("h3", {}, "Parameters"), table(["Name", "Where", "Kind", "Meaning"],
      params.map((p) => [el("code", {}, p.name + (p.required ? " *" : "")), p.in, kind(spec, p.schema), p.description || ""])));
  }
  const request = op.requestBody && jsonBody(op.requestBody.content);
  if (request) body.append(el("h3", {}, "Body"), fields(spec, request.schema) || el("p", {}, Object.keys(op.requestBody.content).join(", ")));
  for (const [status, answer] of Object.entries(op.responses || {})) {
    const content = jsonBody(answer.content);
    body.append(el("h3", {}, `${status} ${answer.description || ""}`));
    if (content && status !== "default") {
      const shown = fields(spec, content.schema);
      if (shown) body.append(shown);
    }
  }
  body.append(el("h3", {}, "Try it"), el("pre", { tabindex: "0" }, curl(spec, method, path, op)));
  const row = el("details", { class: "operation", id: op.operationId || method + path },
    el("summary", {}, el("span", { class: "method " + method }, method.toUpperCase()), el("span", { class: "path" }, base(spec) + path), el("span", { class: "what" }, op.summary || "")), body);
  row.dataset.words = `${method} ${path} ${op.summary || ""} ${(op.tags || []).join(" ")} ${op.operationId || ""}`.toLowerCase();
  return row;
};

const draw = (spec) => {
  document.getElementById("about").textContent = spec.info.description || `Version ${spec.info.version}`;
  const groups = new Map((spec.tags || []).map((tag) => [tag.name, []]));
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [method, op] of Object.entries(methods)) {
      if (!op || !op.responses) continue;
      const tag = (op.tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(spec, method, path, op));
    }
  }
  for (const [tag, rows] of groups) {
    const id = "group-" + tag.replace(/\W+/g, "-");
    document.getElementById("groups").append(el("a", { href: "#" + id }, tag));
    document.getElementById("main").append(el("section", { "aria-labelledby": id }, el("h2", { id }, tag), ...rows));
  }
  if (location.hash) {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) { target.open = true; target.scrollIntoView(); }
  }
};

const filter = () => {
  const words = document.getElementById("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const row of document.querySelectorAll("details.operation")) {
    row.hidden = !words.every((w) => row.dataset.words.includes(w));
    if (!row.hidden) found++;
  }
  for (const section of document.querySelectorAll("section")) section.hidden = !section.querySelector("details.operation:not([hidden])");
  document.getElementById("none").hidden = found > 0;
  document.getElementById("count").textContent = words.length ? `${found} found` : "";
};

document.getElementById("find").addEventListener("input", filter);
fetch("/api/openapi.json").then((r) => { if (!r.ok) throw new Error(r.status); return r.json(); }).then(draw)
  .catch(() => { document.getElementById("about").textContent = "The description could not be loaded."; });
