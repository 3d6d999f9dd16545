// What a picture gains where scripts run: it can be made larger and moved, by mouse and by key.
// The whole picture is there without it.
"use strict";

(() => {
  const MOST = 8;
  const STEP = 1.5;

  function tools(figure) {
    const pictures = [...figure.querySelectorAll("svg.plot")].map((svg) => {
      const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
      return { svg, width, height, x: 0, y: 0, zoom: 1 };
    });
    const bar = document.createElement("div");
    bar.className = "plot-tools";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Size of the picture");
    const said = document.createElement("output");
    said.className = "small muted";

    function seen() {
      return pictures.find((one) => one.svg.getClientRects().length) || pictures[0];
    }

    function show(one) {
      const width = one.width / one.zoom;
      const height = one.height / one.zoom;
      one.x = Math.min(Math.max(one.x, 0), one.width - width);
      one.y = Math.min(Math.max(one.y, 0), one.height - height);
      one.svg.setAttribute("viewBox", `${one.x} ${one.y} ${width} ${height}`);
      one.svg.classList.toggle("larger", one.zoom > 1);
      said.textContent = one.zoom > 1 ? `${Math.round(one.zoom * 100)} %` : "";
    }

    function zoom(one, factor, x = 0.5, y = 0.5) {
      const next = Math.min(Math.max(one.zoom * factor, 1), MOST);
      one.x += one.width * x * (1 / one.zoom - 1 / next);
      one.y += one.height * y * (1 / one.zoom - 1 / next);
      one.zoom = next;
      show(one);
    }

    for (const [words, name, act] of [
      ["+", "Larger", () => zoom(seen(), STEP)],
      ["−", "Smaller", () => zoom(seen(), 1 / STEP)],
      ["Whole", "The whole picture", () => zoom(seen(), 0)],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.setAttribute("aria-label", name);
      button.addEventListener("click", act);
      bar.append(button);
    }
    bar.append(said);
    figure.prepend(bar);

    bar.addEventListener("keydown", (event) => {
      const one = seen();
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (event.key === "+" || event.key === "=") zoom(one, STEP);
      else if (event.key === "-") zoom(one, 1 / STEP);
      else if (event.key === "0") zoom(one, 0);
      else if (moves[event.key] && one.zoom > 1) {
        one.x += (moves[event.key][0] * one.width) / one.zoom / 8;
        one.y += (moves[event.key][1] * one.height) / one.zoom / 8;
        show(one);
      } else return;
      event.preventDefault();
    });

    for (const one of pictures) {
      let from = null;
      one.svg.addEventListener("wheel", (event) => {
        // The wheel alone scrolls the page.
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const box = one.svg.getBoundingClientRect();
        zoom(one, event.deltaY < 0 ? 1.2 : 1 / 1.2, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
      }, { passive: false });
      one.svg.addEventListener("pointerdown", (event) => {
        if (one.zoom > 1 && event.button === 0) from = { x: event.clientX, y: event.clientY, moved: false, id: event.pointerId };
      });
      one.svg.addEventListener("pointermove", (event) => {
        if (!from || event.pointerId !== from.id) return;
        if (!from.moved && Math.abs(event.clientX - from.x) + Math.abs(event.clientY - from.y) < 4) return;
        if (!from.moved) one.svg.setPointerCapture(event.pointerId);
        const box = one.svg.getBoundingClientRect();
        one.x -= ((event.clientX - from.x) / box.width) * (one.width / one.zoom);
        one.y -= ((event.clientY - from.y) / box.height) * (one.height / one.zoom);
        from = { ...from, x: event.clientX, y: event.clientY, moved: true };
        show(one);
      });
      const end = () => setTimeout(() => { from = null; });
      one.svg.addEventListener("pointerup", end);
      one.svg.addEventListener("pointercancel", end);
      // What was a move is no click on a link.
      one.svg.addEventListener("click", (event) => { if (from && from.moved) event.preventDefault(); }, true);
      one.svg.addEventListener("dragstart", (event) => event.preventDefault());
    }
  }

  document.querySelectorAll("figure.picture").forEach(tools);
})();
