// The editor of queries: colours, completes, runs, shows where a mistake is, and shares by a link.
// It keeps nothing in the browser and asks nobody but this endpoint.
"use strict";

(() => {
  const { element, counted, shown, chart } = globalThis.kg;
  const settings = JSON.parse(document.getElementById("query-configuration").textContent);
  const form = document.getElementById("ask");
  const area = document.getElementById("query-text");
  const run = document.getElementById("run");
  const share = document.getElementById("share");
  const said = document.getElementById("share-state");
  const place = document.getElementById("result");
  const MOST_NAMES = 50;
  let marked = null;
  let asking = null;

  /** Return what completes a name: prefixes, then terms by their local name or label. */
  function completions(token) {
    const written = token.string.toLowerCase();
    const [prefix, local] = written.includes(":") ? written.split(":", 2) : [null, written];
    const fitting = settings.terms.filter(([curie, label]) => {
      const [its, name] = curie.toLowerCase().split(":", 2);
      if (prefix !== null) return its === prefix && name.includes(local);
      return name.startsWith(local) || label.toLowerCase().startsWith(local);
    });
    const own = (pair) => (pair[0].toLowerCase().split(":")[1].startsWith(local) ? 0 : 1);
    const terms = fitting.sort((a, b) => own(a) - own(b)).map(([curie]) => curie);
    const prefixes = prefix === null
      ? Object.keys(settings.prefixes).filter((one) => one.startsWith(local)).map((one) => `${one}:`) : [];
    return [...prefixes, ...terms].slice(0, MOST_NAMES);
  }

  /** Return the things of a name; asked of this endpoint's search. */
  async function things(local) {
    const parameters = new URLSearchParams({ q: local.replaceAll("-", " "), format: "json" });
    if (settings.viewpoint) parameters.set("viewpoint", settings.viewpoint);
    const answer = await fetch(`${settings.search}?${parameters}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return [];
    const found = await answer.json();
    return found.results.map((one) => one.curie).filter((one) => one.startsWith("kg:"));
  }

  function labelled(_, hints) {
    const labels = new Map(settings.terms);
    for (const hint of hints) {
      const label = labels.get(hint.text) || settings.prefixes[hint.text.slice(0, -1)];
      if (label) hint.displayText = `${hint.text}  ${label}`;
    }
    return hints;
  }

  function tokenHere(yasqe) {
    return yasqe.getCompleteToken(yasqe.getTokenAt(yasqe.getDoc().getCursor()));
  }

  function open() {
    const Yasqe = globalThis.Yasqe.Yasqe || globalThis.Yasqe.default || globalThis.Yasqe;
    // The list replaces that of the package, of which two ask a server elsewhere.
    Yasqe.registerAutocompleter({
      name: "names",
      bulk: false,
      autoShow: true,
      isValidCompletionPosition: (yasqe) => /^(?:[A-Za-z][\w-]*:[\w.-]*|[A-Za-z][\w-]{2,})$/.test(tokenHere(yasqe)?.string || ""),
      get: (yasqe, token) => {
        const local = /^kg:(.{2,})$/.exec(token.string);
        return local ? things(local[1]) : completions(token);
      },
      postprocessHints: labelled,
    }, false);
    Yasqe.defaults.autocompleters = ["variables", "names"];
    const editor = new Yasqe(document.getElementById("query-editor"), {
      value: area.value,
      persistenceId: null,
      consumeShareLink: null,
      createShareableLink: null,
      showQueryButton: false,
      resizeable: false,
      editorHeight: "",
      viewportMargin: Infinity,
      // It would mark each prefix that has no PREFIX line, and the endpoint knows those of kg.
      syntaxErrorCheck: false,
      screenReaderLabel: "The query, in SPARQL",
      requestConfig: { endpoint: settings.endpoint },
      extraKeys: {
        Tab: false,
        "Shift-Tab": false,
        "Ctrl-S": false,
        "Shift-Ctrl-K": false,
        "Ctrl-Enter": ask,
        "Cmd-Enter": ask,
      },
    });
    return editor;
  }

  const editor = open();
  const box = document.getElementById("query-editor");
  area.hidden = true;
  area.required = false;
  box.hidden = false;
  document.getElementById("query-keys").hidden = false;
  share.hidden = false;
  editor.refresh();
  const input = editor.getInputField();
  input.setAttribute("aria-describedby", "query-keys");
  input.id = "query-input";
  document.getElementById("query-label").htmlFor = "query-input";
  editor.on("change", () => {
    area.value = editor.getValue();
    said.textContent = "";
    for (const button of form.querySelectorAll("button[data-of]")) button.hidden = false;
    unmark();
  });

  function unmark() {
    if (marked !== null) editor.removeLineClass(marked, "wrap", "query-mistake");
    marked = null;
  }

  /** Mark the line that a problem names, and return a button that goes there. */
  function mark(detail) {
    const found = /(?:^|\s)query:(\d+)(?::(\d+))?:/.exec(detail);
    if (!found) return [];
    const line = Math.min(Number(found[1]) - 1, editor.lineCount() - 1);
    const column = Math.max(Number(found[2] || 1) - 1, 0);
    marked = editor.addLineClass(line, "wrap", "query-mistake");
    const button = element("button", { type: "button" }, `Go to line ${line + 1}, column ${column + 1}`);
    button.addEventListener("click", () => {
      editor.focus();
      editor.setCursor({ line, ch: column });
    });
    return [element("p", {}, button)];
  }

  function refused(title, detail) {
    place.replaceChildren(element("div", { class: "note bad", role: "alert" },
      element("p", {}, element("strong", {}, `${title}. `), detail), ...mark(detail)));
  }

  function address() {
    return `${location.pathname}${location.search}#query=${encodeURIComponent(editor.getValue())}`;
  }

  async function answered(answer, started) {
    if (!answer.ok) {
      const type = answer.headers.get("Content-Type") || "";
      const problem = type.includes("json") ? await answer.json() : {};
      refused(problem.title || `The endpoint answered ${answer.status}`, problem.detail || "");
      return;
    }
    const json = (answer.headers.get("Content-Type") || "").includes("json");
    const data = json ? await answer.json() : await answer.text();
    const seconds = ((performance.now() - started) / 1000).toLocaleString("en", { maximumFractionDigits: 2 });
    const size = json && data.results ? `${counted(data.results.bindings.length, "row")} in ` : "Answered in ";
    const drawn = chart(data, settings);
    place.replaceChildren(
      element("h2", {}, "Result"),
      element("p", { class: "muted", role: "status" }, `${size}${seconds} s`),
      ...(json ? data.notes || [] : []).map((note) => element("p", { class: "note" }, note)),
      ...(drawn ? [drawn] : []),
      shown(data, settings),
    );
    for (const button of form.querySelectorAll("button[data-of]")) {
      button.hidden = !(button.dataset.of === (json ? "rows" : "graph"));
    }
  }

  /** Run the query, or stop the one that runs. */
  async function ask() {
    if (asking) {
      asking.abort();
      return;
    }
    unmark();
    history.replaceState(null, "", address());
    asking = new AbortController();
    run.textContent = "Stop";
    place.setAttribute("aria-busy", "true");
    place.replaceChildren(element("p", { class: "muted", role: "status" }, "Running …"));
    const started = performance.now();
    const body = new URLSearchParams({ query: editor.getValue() });
    if (settings.viewpoint) body.set("viewpoint", settings.viewpoint);
    try {
      await answered(await fetch(settings.endpoint, {
        method: "POST",
        body,
        signal: asking.signal,
        headers: { Accept: "application/sparql-results+json, text/turtle;q=0.9, application/problem+json;q=0.1" },
      }), started);
    } catch (error) {
      const stopped = error.name === "AbortError";
      refused(stopped ? "Stopped" : "The endpoint does not answer", stopped ? "You stopped the query." : "Is it still running?");
    } finally {
      asking = null;
      run.textContent = "Run";
      place.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("submit", (event) => {
    area.value = editor.getValue();
    if (!event.submitter || event.submitter === run) {
      event.preventDefault();
      ask();
    }
  });

  share.addEventListener("click", async () => {
    history.replaceState(null, "", address());
    try {
      await navigator.clipboard.writeText(location.href);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The address of this page now holds the query: copy it from there.";
    }
  });

  for (const link of document.querySelectorAll("a[data-example]")) {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const answer = await fetch(link.dataset.example);
      if (!answer.ok) {
        location.assign(link.href);
        return;
      }
      editor.setValue(await answer.text());
      link.closest("details").open = false;
      editor.focus();
    });
  }

  /** Take the query of a shared link; it is shown, and not run. */
  function received() {
    const query = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get("query");
    if (query !== null && query !== editor.getValue()) {
      editor.setValue(query);
      place.replaceChildren();
    }
  }

  addEventListener("hashchange", received);
  received();
})();
