// What pages gain where scripts run: names suggested while one types, and buttons that copy.
// Every page works without it. Text from elsewhere is only ever set as text.
"use strict";

(() => {
  const PAUSE = 120;
  let count = 0;

  /** Let a field suggest names: a combobox with a list, https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */
  function suggest(input) {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `suggestions-${(count += 1)}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    list.hidden = true;
    input.after(list);
    if (getComputedStyle(input.parentElement).position === "static") input.parentElement.classList.add("holds-suggestions");
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
      input.setAttribute(name, value);
    }
    let chosen = -1;
    let found = [];
    let timer = 0;
    let asked = null;

    function close() {
      list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(place) {
      chosen = place;
      [...list.children].forEach((item, other) => item.setAttribute("aria-selected", String(other === place)));
      if (place < 0) input.removeAttribute("aria-activedescendant");
      else {
        input.setAttribute("aria-activedescendant", list.children[place].id);
        list.children[place].scrollIntoView({ block: "nearest" });
      }
    }

    function take(one) {
      close();
      // A field of a form takes the name; the search box goes to the page.
      if (input.dataset.takes === "name") {
        input.value = one.curie;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      } else location.assign(one.page);
    }

    function show(results) {
      found = results;
      chosen = -1;
      list.replaceChildren(...results.map((one, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(one.label);
        const small = document.createElement("small");
        small.textContent = one.matched === one.label ? one.kind : `${one.matched} · ${one.kind}`;
        item.append(small);
        item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(one); });
        return item;
      }));
      list.hidden = results.length === 0;
      input.setAttribute("aria-expanded", String(results.length > 0));
      input.removeAttribute("aria-activedescendant");
    }

    async function ask() {
      const text = input.value.trim();
      if (asked) asked.abort();
      if (text.length < 2) { close(); return; }
      asked = new AbortController();
      const address = new URL(input.dataset.suggest, location.href);
      address.searchParams.set("q", text);
      address.searchParams.set("format", "json");
      if (input.dataset.kind) address.searchParams.set("kind", input.dataset.kind);
      const viewpoint = new URL(location.href).searchParams.get("viewpoint");
      if (viewpoint) address.searchParams.set("viewpoint", viewpoint);
      try {
        const answer = await fetch(address, { signal: asked.signal });
        if (answer.ok) show((await answer.json()).results.slice(0, 8));
        else close();
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    }

    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
      if (list.hidden) return;
      const last = found.length - 1;
      if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen >= last ? 0 : chosen + 1); }
      if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen <= 0 ? last : chosen - 1); }
      if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(found[chosen]); }
    });
  }

  /** Put a button after a text that is there to be copied, and say when it was. */
  function copies(text) {
    if (!navigator.clipboard) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${text.dataset.copy}`);
    const said = document.createElement("span");
    said.className = "muted small copied";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        said.textContent = " Copied.";
      } catch {
        said.textContent = " This browser does not let pages copy.";
      }
    });
    text.after(button, said);
  }

  document.querySelectorAll("input[data-suggest]").forEach(suggest);
  document.querySelectorAll("[data-copy]").forEach(copies);
  // Boxes that scroll are reached by keyboard too.
  document.querySelectorAll(".scroll, figure.wide").forEach((box) => {
    if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) box.tabIndex = 0;
  });
})();
