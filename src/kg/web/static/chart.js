// A chart of two columns of a result: bars, or a line, drawn as SVG with attributes alone.
"use strict";

(() => {
  const { element, isNumber, text } = globalThis.kg;
  const MOST_BARS = 200;
  const WIDTH = 720;
  const LABEL = 230;

  function drawn(name, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function written(number) {
    return number.toLocaleString("en", { maximumFractionDigits: 3 });
  }

  function shortened(label, length) {
    const characters = [...label];
    return characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : label;
  }

  /** Return round steps that hold all values and nought. */
  function scale(values) {
    const low = Math.min(0, ...values);
    const high = Math.max(0, ...values);
    const span = high - low || 1;
    const rough = span / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
    const from = Math.floor(low / step) * step;
    const to = Math.max(Math.ceil(high / step) * step, from + step);
    const ticks = [];
    for (let n = 0; from + n * step <= to + step / 2; n += 1) ticks.push(Number((from + n * step).toPrecision(12)));
    return { from, to, ticks };
  }

  function bars(points, names) {
    const { from, to, ticks } = scale(points.map((one) => one.value));
    const row = 26;
    const height = points.length * row + 34;
    const x = (value) => LABEL + ((value - from) / (to - from)) * (WIDTH - LABEL - 70);
    const svg = canvas(height, names, points);
    for (const tick of ticks) {
      svg.append(
        drawn("line", { class: "grid", x1: x(tick), x2: x(tick), y1: 0, y2: height - 28 }),
        drawn("text", { class: "tick", x: x(tick), y: height - 10, "text-anchor": "middle" }, written(tick)),
      );
    }
    points.forEach((one, number) => {
      const y = number * row + 4;
      const [left, right] = [Math.min(x(0), x(one.value)), Math.max(x(0), x(one.value))];
      svg.append(
        drawn("text", { class: "label", x: LABEL - 8, y: y + 14, "text-anchor": "end" },
          drawn("title", {}, one.label), shortened(one.label, 32)),
        drawn("rect", { class: "bar", x: left, y, width: Math.max(right - left, 1), height: row - 8 },
          drawn("title", {}, `${one.label}: ${written(one.value)}`)),
        drawn("text", { class: "tick", x: right + 6, y: y + 14 }, written(one.value)),
      );
    });
    return svg;
  }

  function line(points, names) {
    const { from, to, ticks } = scale(points.map((one) => one.value));
    const height = 320;
    const left = 64;
    const x = (number) => left + (points.length === 1 ? 0.5 : number / (points.length - 1)) * (WIDTH - left - 30);
    const y = (value) => 14 + (1 - (value - from) / (to - from)) * (height - 54);
    const svg = canvas(height, names, points);
    for (const tick of ticks) {
      svg.append(
        drawn("line", { class: "grid", x1: left, x2: WIDTH - 20, y1: y(tick), y2: y(tick) }),
        drawn("text", { class: "tick", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, written(tick)),
      );
    }
    svg.append(drawn("polyline", {
      class: "line", points: points.map((one, number) => `${x(number)},${y(one.value)}`).join(" "),
    }));
    if (points.length <= MOST_BARS) {
      points.forEach((one, number) => svg.append(
        drawn("circle", { class: "bar", cx: x(number), cy: y(one.value), r: 3.5 },
          drawn("title", {}, `${one.label}: ${written(one.value)}`)),
      ));
    }
    const apart = Math.max(1, Math.ceil(points.length / 5));
    points.forEach((one, number) => {
      if (number % apart === 0) {
        svg.append(drawn("text", {
          class: "tick", x: x(number), y: height - 14, "text-anchor": "middle",
        }, drawn("title", {}, one.label), shortened(one.label, 14)));
      }
    });
    return svg;
  }

  function canvas(height, names, points) {
    const title = `${names.value} by ${names.label}, ${points.length} points; the table below has them all`;
    return drawn("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": title, class: "chart" });
  }

  function select(label, options, chosen) {
    const list = element("select", {}, ...options.map((one) => element("option", { value: one }, one)));
    list.value = chosen;
    return [list, element("label", { class: "field" }, element("span", {}, label), list)];
  }

  /** Return a chart of rows with its choices; null where no column holds numbers. */
  function chart(data, settings) {
    if (typeof data === "string" || !data.results || data.results.bindings.length === 0) return null;
    const rows = data.results.bindings;
    const names = data.head.vars;
    const numeric = names.filter((name) => rows.some((row) => isNumber(row[name]))
      && rows.every((row) => row[name] === undefined || isNumber(row[name])));
    if (numeric.length === 0) return null;
    const other = names.find((name) => !numeric.includes(name)) || names[0];
    const [kind, kindField] = select("Chart", ["bars", "line"], "bars");
    const [label, labelField] = select("Label", names, other);
    const [value, valueField] = select("Value", numeric, numeric[numeric.length - 1]);
    const place = element("div", { class: "chart-place", tabindex: "0", role: "region", "aria-label": "Chart" });
    function draw() {
      const points = rows.filter((row) => row[value.value] !== undefined)
        .map((row) => ({ label: text(row[label.value], settings) || "–", value: Number(row[value.value].value) }));
      const missing = rows.length - points.length;
      if (kind.value === "bars" && points.length > MOST_BARS) {
        place.replaceChildren(element("p", {}, `Bars show ${MOST_BARS} rows at most, and there are ${points.length}: draw a line, or add LIMIT.`));
        return;
      }
      const figure = (kind.value === "bars" ? bars : line)(points, { label: label.value, value: value.value });
      place.replaceChildren(figure);
      if (missing) place.append(element("p", { class: "muted" }, `Left out: ${missing} without a value.`));
    }
    for (const list of [kind, label, value]) list.addEventListener("change", draw);
    draw();
    return element("details", { class: "chart-box" }, element("summary", {}, "Chart"),
      element("div", { class: "filters" }, kindField, labelField, valueField), place);
  }

  globalThis.kg.chart = chart;
})();
