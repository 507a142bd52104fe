// Sorts, filters and opens cells of the page. All figures come from the embedded JSON, which Python computed: the
// script looks them up, and takes reciprocals of ratios (b to a is 1 / (a to b)).
"use strict";
(() => {
const $ = (id) => document.getElementById(id), every = (selector) => [...document.querySelectorAll(selector)];
const data = JSON.parse($("data").textContent), controls = $("controls").elements, tip = $("tip"), dialog = $("detail");
const body = $("models").tBodies[0], [groups, heads] = [...$("models").tHead.rows].map((row) => [...row.cells]);
const rows = [...body.rows];  // In the order of data.models, however they are sorted.
const usual = { measure: "", baseline: "", margin: "5", find: "" };
let sort = { column: -1, down: false }, opened = null, closed = [];

// A list in which nothing is chosen filters nothing.
const chosen = (name) => every(`#controls [name=${name}]:checked`).map((box) => box.value);
const passes = (name, value, list = chosen(name)) => !list.length || list.includes(value);
const label = (one, index) => data.words[one.s[index][0]];
const figuresOf = (one) => one.f[controls.measure.value ? data.measures.findIndex(([key]) => key === controls.measure.value) : one.m];

function make(tag, ...parts) {
  const made = document.createElement(tag);
  made.append(...parts);
  return made;
}

const makeHead = (text, scope) => Object.assign(make("th", text), { scope });

// Figures
function baselineOf(one, figures) {
  const wanted = controls.baseline.value;
  const index = wanted ? one.r[data.models.findIndex(([name]) => name === wanted)] : figures.b;
  return figures.t[index] ? index : -1;
}

// [value, low, high]; only [value] without an interval; null if the pair has no ratio.
function ratio(one, figures, of, to) {
  if (of === to) return [1];
  figures.pairs ??= figures.p.split(" ");
  const [a, b] = of < to ? [of, to] : [to, of];
  const text = figures.pairs[a * (2 * one.s.length - a - 1) / 2 + b - a - 1] || "-";
  if (text === "-") return null;
  const ratios = text.split(",").map((logarithm) => Math.exp((of < to ? logarithm : -logarithm) / data.steps));
  // The reciprocal of the low end is the high end.
  return of < to || ratios.length === 1 ? ratios : [ratios[0], ratios[2], ratios[1]];
}

function bound(value) {
  if (value < 9.995) return value.toFixed(2);
  const [unit, size] = [["G", 1e9], ["M", 1e6], ["k", 1e3]].find((one) => Number(value.toPrecision(3)) >= one[1]) ?? ["", 1];
  return (value / size).toPrecision(3) + unit;
}

// What is known of a series by one measure: texts, and the ratio as a number.
function figureOf(one, figures, index) {
  if (!figures?.t[index]) return null;
  const [value, mean, low, high, ...own] = figures.t[index].split("|");
  const base = baselineOf(one, figures), numbers = base < 0 ? null : ratio(one, figures, index, base);
  // The texts of Python if they are known, so that they are those of the terminal.
  const [times, from, to] = base === figures.b && own.length ? own : (numbers ?? []).map(bound);
  return {
    value, ofSets: low ? `${mean}, ${low} to ${high}` : mean, number: numbers?.[0] ?? parseFloat(times),
    ratio: times ? `${times}×` : "", interval: from ? `${from} to ${to}` : "", of: times ? label(one, base) : "",
  };
}

const shade = (number) =>
  (data.slower.find(([limit]) => number >= limit) ?? data.faster.find(([limit]) => number <= limit) ?? ["", ""])[1];

// The table
function paint(button, one, index, figures) {
  const [, , failed] = one.s[index], found = figureOf(one, figures, index);
  // Without a baseline of its own a case shows the figures themselves.
  const text = found && (found.ratio || (controls.baseline.value ? "" : found.value));
  const leaders = figures?.l[data.margins.indexOf(Number(controls.margin.value))] ?? [];
  const kind = !text || !leaders.includes(index) ? "" : leaders.length === 1 ? "best" : "tie";
  button.textContent = text ? { best: "★ ", tie: "= " }[kind] ?? "" : data.words[failed].split(":")[0] || "–";
  if (text) button.append(text, one.x.includes(index) ? " !" : "");
  button.className = text ? `${shade(found.number)} ${kind}` : "none";
}

function draw() {
  data.cases.forEach((one, column) => {
    const figures = figuresOf(one), base = figures ? baselineOf(one, figures) : -1;
    heads[column].querySelector("small").textContent = base < 0 ? "" : `${label(one, base)}: ${figures.t[base].split("|")[0].replace(" ", "\u00a0")}`;
    one.r.forEach((index, model) => { if (index >= 0) paint(rows[model].cells[column + 1].firstChild, one, index, figures); });
  });
  filter();
  order();
}

function order() {
  heads.forEach((head, column) => head.setAttribute("aria-sort", column !== sort.column ? "none" : sort.down ? "descending" : "ascending"));
  const one = data.cases[sort.column], ranks = (one && figuresOf(one)?.k) ?? [];
  const place = (model) => { const found = ranks.indexOf(one?.r[model]); return found < 0 ? 1e9 : sort.down ? -found : found; };
  body.append(...rows.map((row, model) => [row, place(model)]).sort((a, b) => a[1] - b[1]).map(([row]) => row));
}

function filter() {
  const find = controls.find.value.trim().toLowerCase();
  const models = data.models.map(([name, family]) => passes("model", name) && passes("family", family) && name.toLowerCase().includes(find));
  const workloads = data.workloads.map(([name, group]) => passes("workload", name) && passes("group", group));
  rows.forEach((row, index) => { row.hidden = !models[index]; });
  data.cases.forEach((one, column) => {
    for (const cell of [heads[column], ...rows.map((row) => row.cells[column + 1])]) cell.hidden = !workloads[one.w];
  });
  groups.slice(1).forEach((head, index) => { head.hidden = !workloads[index]; });
  for (const one of every("[data-w]")) one.hidden = !workloads[one.dataset.w];
  for (const one of every("[data-r]")) one.toggleAttribute("hidden", !models[one.dataset.r]);
  every("svg[role=img]").forEach(restack);
  const cases = data.cases.filter((one) => workloads[one.w]).length;
  $("shown").textContent = `Shown: ${models.filter(Boolean).length} of ${models.length} ${data.noun}, ${cases} of ${data.cases.length} cases.`;
  const first = body.querySelector("tr:not([hidden]) > td:not([hidden]) > button");
  if (first) setTabStop(first);
}

// Moves the bars that are shown up to each other.
function restack(chart) {
  const bars = [...chart.querySelectorAll("g[data-r]:not([hidden])")], height = 18 * bars.length;
  bars.forEach((bar, index) => bar.setAttribute("transform", `translate(158 ${18 * index})`));
  chart.querySelector(".axis").setAttribute("transform", `translate(158 ${height})`);
  chart.setAttribute("viewBox", `0 0 360 ${height + 36}`);
}

// The table is one stop of the tabulator key; arrow keys move within it.
function setTabStop(button) {
  for (const before of body.querySelectorAll("button[tabindex='0']")) before.tabIndex = -1;
  button.tabIndex = 0;
}

function move(event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!step || !body.contains(event.target)) return;
  event.preventDefault();
  let cell = event.target.parentElement, [y, x] = [cell.parentElement.sectionRowIndex, cell.cellIndex];
  do {
    [y, x] = [y + step[0], x + step[1]];
    cell = x > 0 ? body.rows[y]?.cells[x] : null;
  } while (cell && !cell.querySelector("button")?.offsetParent);
  cell?.firstChild.focus();
}

// Details
// The case and the series of a button of a table; undefined for other elements.
function target(at) {
  const row = at.tagName === "BUTTON" && at.closest("tbody tr"), column = at.parentElement?.cellIndex - 1;
  if (!row) return undefined;
  return row.dataset.s ? [Number(row.parentElement.dataset.c), Number(row.dataset.s)] : [column, data.cases[column].r[rows.indexOf(row)]];
}

const title = (one, index) => `${label(one, index)} in ${data.workloads[one.w][0]}, ${one.n}`;
const notes = (one, index) => one.s[index].slice(3).map((word) => data.words[word]);

function showTip(button) {
  const [c, index] = target(button), one = data.cases[c], figures = figuresOf(one), found = figureOf(one, figures, index);
  const figure = found && `${data.measures[one.f.indexOf(figures)][1]}: ${found.value}; of its own ${data.observations} ${found.ofSets}`;
  const times = found?.ratio && `${found.ratio} ${found.of}${found.interval && `, ${found.interval}`}`;
  tip.replaceChildren(...[title(one, index), figure, times, ...notes(one, index)].filter(Boolean).map((line) => make("p", line)));
  tip.hidden = dialog.open;
  button.setAttribute("aria-describedby", "tip");
  const box = button.getBoundingClientRect(), top = box.bottom + 6, end = document.documentElement.clientWidth - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(4, Math.min(box.left, end)) + scrollX}px`;
  tip.style.top = `${(top + tip.offsetHeight > innerHeight ? box.top - tip.offsetHeight - 6 : top) + scrollY}px`;
}

function dots(values) {
  const low = Math.min(...values), span = Math.max(...values) - low || 1, holder = make("div");
  const drawn = values.map((value) => `<circle cx="${10 + 340 * (value - low) / span}" cy="10" r="5"/>`);
  holder.innerHTML = `<svg viewBox="0 0 360 20" aria-hidden="true">${drawn.join("")}</svg>`;  // Numbers only.
  return holder;
}

// The row of a measure, and the figures of its sets.
function measured(one, index, key) {
  const found = figureOf(one, one.f[key], index), [, name] = data.measures[key];
  if (!found) return [[], []];
  const [unit, ...values] = one.f[key].v[index], texts = [found.value, found.ofSets, `${found.ratio} ${found.of}`, found.interval];
  const sets = values.length ? [make("h3", `${name} of each set, in ${unit}`), dots(values), make("p", values.join(", "))] : [];
  return [[make("tr", makeHead(name, "row"), ...texts.map((text) => make("td", text)))], sets];
}

function show(c, index) {
  const one = data.cases[c];
  if (!one?.s[index]) return;
  const known = one.f.map((_, key) => measured(one, index, key));
  const heads = ["Measure", "Figure", `Of its own ${data.observations}`, "Ratio", "Its interval"].map((name) => makeHead(name, "col"));
  const table = make("table", make("caption", "All measures of this cell"), make("tr", ...heads), ...known.flatMap(([row]) => row));
  const parts = table.rows.length > 1 ? [table, ...known.flatMap(([, sets]) => sets)] : [];
  const name = `${data.workloads[one.w][0]}/${data.words[one.s[index][1]]}${one.tail}`;
  $("detail-title").textContent = title(one, index);
  $("detail-body").replaceChildren(make("p", `${notes(one, index).join("; ")}.`), ...parts);
  $("detail-again").hidden = !one.cmd;
  $("detail-command").textContent = one.cmd + (/^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'"'"'`)}'`);
  $("copy").textContent = "Copy";
  tip.hidden = true;
  opened = [c, index];
  if (!dialog.open) dialog.showModal();
  write();
}

async function copy() {
  getSelection().selectAllChildren($("detail-command"));
  const done = await navigator.clipboard?.writeText($("detail-command").textContent).then(() => true, () => false);
  $("copy").textContent = done ? "Copied" : "Selected";
}

// State in the address
function write() {
  const state = new URLSearchParams(new FormData($("controls")));
  for (const name in usual) if (state.get(name) === usual[name]) state.delete(name);
  if (sort.column >= 0) state.set(sort.down ? "sort-down" : "sort", data.cases[sort.column].id);
  if (opened) state.set("open", `${data.cases[opened[0]].id}.${opened[1]}`);
  history.replaceState(null, "", `#${state}`);
}

function read() {
  const hash = location.hash.slice(1), state = new URLSearchParams(hash);
  // Without "=" it is the address of a section, and the state stays.
  if (hash && !hash.includes("=")) return;
  const caseOf = (id) => data.cases.findIndex((one) => one.id === id);
  for (const field of controls) {
    if (field.type === "checkbox") field.checked = state.getAll(field.name).includes(field.value);
    else if (field.name) field.value = state.get(field.name) ?? usual[field.name];
    if (field.selectedIndex === -1) field.value = usual[field.name];
  }
  sort = { column: caseOf(state.get("sort") ?? state.get("sort-down")), down: state.has("sort-down") };
  draw();
  const [id, index] = (state.get("open") ?? "").split(".");
  if (caseOf(id) >= 0) show(caseOf(id), Number(index));
  else if (dialog.open) dialog.close();
}

// Events
const listen = (id, event, act) => $(id).addEventListener(event, act);

// Ascending, descending, as it was.
function sortBy(column) {
  const again = column === sort.column;
  sort = again && sort.down ? { column: -1, down: false } : { column, down: again };
  order();
  write();
}

// What the script makes a button is plain text without it.
function toButton(span, tabIndex = 0) {
  const button = Object.assign(make("button", ...span.childNodes), { type: "button", tabIndex });
  span.replaceWith(button);
  return button;
}
for (const span of every("#models td > span:not(:empty)")) toButton(span, -1);
for (const span of every("tr[data-s] > th > span")) toButton(span);
heads.forEach((head, column) => toButton(head.querySelector("span")).addEventListener("click", () => sortBy(column)));
for (const event of ["pointerover", "focusin"]) listen("main", event, ({ target: at }) => { if (target(at)) showTip(at); });
for (const event of ["pointerout", "focusout"]) listen("main", event, () => { tip.hidden = true; });
listen("main", "click", ({ target: at }) => { if (target(at)) show(...target(at)); });
listen("models", "focusin", ({ target: at }) => { if (body.contains(at)) setTabStop(at); });
listen("models", "keydown", move);
for (const event of ["input", "change"]) listen("controls", event, () => { draw(); write(); });
listen("controls", "submit", (event) => event.preventDefault());
listen("controls", "reset", () => setTimeout(() => { sort = { column: -1, down: false }; draw(); write(); }));
listen("close", "click", () => dialog.close());
listen("detail", "close", () => { opened = null; write(); });
listen("copy", "click", copy);
addEventListener("beforeprint", () => { closed = every("details:not([open])"); for (const one of closed) one.open = true; });
addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
addEventListener("hashchange", read);
$("controls").hidden = false;
draw();
read();
})();
