// The result of a query as a table that sorts: one from the server, or one made here of SPARQL JSON.
// Whatever comes from the data is set as text, never as HTML.
"use strict";

globalThis.kg = globalThis.kg || {};

(() => {
  const XSD = "http://www.w3.org/2001/XMLSchema#";
  const NUMBERS = new Set(
    ["integer", "decimal", "double", "float", "int", "long", "short", "nonNegativeInteger",
      "positiveInteger", "unsignedInt", "unsignedLong", "byte"].map((name) => XSD + name),
  );
  const SHOWN_AT_ONCE = 100;
  // Values up to this length, such as dates, stay in one line.
  const SHORT = 20;

  /** Make an element with attributes and children, which are elements or text. */
  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  function counted(number, noun) {
    return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  }

  /** Shorten an IRI by the prefixes of the page. */
  function compact(iri, prefixes) {
    let best = null;
    for (const [prefix, namespace] of Object.entries(prefixes)) {
      const local = iri.slice(namespace.length);
      if (iri.startsWith(namespace) && /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.test(local)
        && (best === null || namespace.length > best[0])) {
        best = [namespace.length, `${prefix}:${local}`];
      }
    }
    return best === null ? iri : best[1];
  }

  /** Return the page of a thing on this endpoint. */
  function page(iri, settings) {
    const parameters = new URLSearchParams();
    let path = "page";
    let fragment = "";
    if (iri.startsWith(settings.thing) && iri.length > settings.thing.length) {
      path = `page/${encodeURIComponent(iri.slice(settings.thing.length))}`;
    } else if (iri.startsWith(settings.term) && iri.length > settings.term.length) {
      path = "ontology";
      fragment = `#${encodeURIComponent(iri.slice(settings.term.length))}`;
    } else {
      parameters.set("iri", iri);
    }
    if (settings.viewpoint) parameters.set("viewpoint", settings.viewpoint);
    const query = parameters.toString();
    return settings.base + path + (query ? `?${query}` : "") + fragment;
  }

  function isNumber(term) {
    return term !== undefined && term.type !== "uri" && NUMBERS.has(term.datatype)
      && Number.isFinite(Number(term.value));
  }

  /** Return a term as text, such as a chart or a sort needs it. */
  function text(term, settings) {
    if (term === undefined) return "";
    if (term.type === "uri") return compact(term.value, settings.prefixes);
    if (term.type === "bnode") return `_:${term.value}`;
    if (term.type === "triple") {
      const parts = ["subject", "predicate", "object"].map((one) => text(term.value[one], settings));
      return `<<( ${parts.join(" ")} )>>`;
    }
    return term.value;
  }

  function cell(term, settings) {
    if (term === undefined) {
      return element("td", {}, element("span", { class: "muted", title: "no value" }, "–"));
    }
    const written = text(term, settings);
    if (term.type === "uri") {
      return element("td", { class: written.length <= SHORT ? "nowrap" : "long" }, element("a", { href: page(term.value, settings), title: term.value }, written));
    }
    const language = term["xml:lang"];
    const datatype = term.datatype ? compact(term.datatype, settings.prefixes) : null;
    const kind = [isNumber(term) ? "num" : "", written.length <= SHORT ? "nowrap" : "long"].join(" ").trim();
    const made = element("td", { class: kind },
      element("span", { title: datatype, lang: language }, written));
    if (language) made.append(" ", element("small", { class: "lang" }, language));
    return made;
  }

  const collator = new Intl.Collator("en", { numeric: true });

  /** Compare two values: those that are not there last, numbers as numbers. */
  function compared(one, other) {
    if (one.empty || other.empty) return Number(one.empty) - Number(other.empty);
    if (one.number !== null && other.number !== null) return one.number - other.number;
    return collator.compare(one.text, other.text);
  }

  /** Put buttons into the heads of a table; `sort` is told the column and 1, -1 or 0. */
  function sortable(table, sort) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = element("button", { type: "button", class: "sort" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending", descending: "none" };
        const way = next[head.getAttribute("aria-sort") || "none"];
        for (const other of heads) other.removeAttribute("aria-sort");
        if (way !== "none") head.setAttribute("aria-sort", way);
        sort(column, { none: 0, ascending: 1, descending: -1 }[way]);
      });
    });
  }

  /** Let a table of the server be sorted by its heads. */
  function enhance(table) {
    const body = table.tBodies[0];
    const original = [...body.rows];
    const keys = original.map((row) => [...row.cells].map((one) => {
      const written = (one.querySelector("a, span") || one).textContent.trim();
      return {
        text: written,
        number: one.classList.contains("num") ? Number(written) : null,
        empty: one.querySelector(".muted") !== null,
      };
    }));
    sortable(table, (column, way) => {
      const order = original.map((_, number) => number);
      if (way) order.sort((a, b) => directed(keys[a][column], keys[b][column], way));
      body.replaceChildren(...order.map((number) => original[number]));
    });
  }

  function directed(one, other, way) {
    return one.empty || other.empty ? compared(one, other) : way * compared(one, other);
  }

  /** Show rows of SPARQL JSON in pages. */
  function rows(data, settings, title) {
    const names = data.head.vars;
    const all = data.results.bindings;
    if (all.length === 0) {
      return element("p", { class: "yes-no" }, "No rows: nothing in the graph fits.");
    }
    const keys = all.map((row) => names.map((name) => ({
      text: text(row[name], settings),
      number: isNumber(row[name]) ? Number(row[name].value) : null,
      empty: row[name] === undefined,
    })));
    let order = all.map((_, number) => number);
    let first = 0;
    const body = element("tbody");
    const numeric = (name) => all.every((row) => row[name] === undefined || isNumber(row[name]));
    const head = element("tr", {}, ...names.map((name) =>
      element("th", { scope: "col", class: numeric(name) ? "num" : null }, name)));
    const table = element("table", { class: "result" }, element("thead", {}, head), body);
    const state = element("span", { role: "status" });
    const before = element("button", { type: "button" }, "Previous rows");
    const after = element("button", { type: "button" }, "Next rows");
    const turn = element("p", { class: "turn" }, before, " ", state, " ", after);
    function draw() {
      const last = Math.min(first + SHOWN_AT_ONCE, all.length);
      body.replaceChildren(...order.slice(first, last).map((number) =>
        element("tr", {}, ...names.map((name) => cell(all[number][name], settings)))));
      state.textContent = `Rows ${(first + 1).toLocaleString("en")} to ${last.toLocaleString("en")} of ${all.length.toLocaleString("en")}`;
      before.disabled = first === 0;
      after.disabled = last === all.length;
    }
    before.addEventListener("click", () => { first = Math.max(0, first - SHOWN_AT_ONCE); draw(); });
    after.addEventListener("click", () => { first += SHOWN_AT_ONCE; draw(); });
    sortable(table, (column, way) => {
      order = all.map((_, number) => number);
      if (way) order.sort((a, b) => directed(keys[a][column], keys[b][column], way));
      first = 0;
      draw();
    });
    draw();
    const box = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table);
    return all.length > SHOWN_AT_ONCE ? element("div", {}, box, turn) : box;
  }

  /** Show a yes or no, rows, or the text of a graph. */
  function shown(data, settings) {
    if (typeof data === "string") {
      return element("pre", { class: "graph", tabindex: "0", role: "region", "aria-label": "The graph, as Turtle" },
        element("code", {}, data));
    }
    if (typeof data.boolean === "boolean") {
      return element("p", { class: "yes-no" }, element("strong", {}, data.boolean ? "Yes" : "No"));
    }
    return rows(data, settings, "Rows of the result");
  }

  Object.assign(globalThis.kg, { element, counted, compact, isNumber, text, shown });
  for (const table of document.querySelectorAll("table[data-sortable]")) enhance(table);
})();
