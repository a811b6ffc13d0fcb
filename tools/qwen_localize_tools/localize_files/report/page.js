"use strict";
(() => {
  const PER_PAGE = 200;
  const FIELDS = ["file", "language", "key", "form", "source", "old", "new", "state", "check", "message", "hard"];
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = data.rows.map((cells) => Object.fromEntries(FIELDS.map((name, index) => [name, cells[index]])));
  const form = document.getElementById("filters");
  const body = document.getElementById("rows");
  const count = document.getElementById("count");
  let shown = rows;
  let first = 0;

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function words(row) {
    row.words ??= FIELDS.slice(0, -1).map((name) => row[name]).join("\n").toLowerCase();
    return row.words;
  }

  function chosen() {
    const [language, file, state] = ["language", "file", "state"].map((name) => form.elements[name].value);
    const doubts = form.elements.doubts.checked;
    const search = form.elements.search.value.toLowerCase();
    return rows.filter((row) =>
      (!language || row.language === language) && (!file || row.file === file) && (!state || row.state === state) &&
      (!doubts || row.check || row.message) && (!search || words(row).includes(search)));
  }

  function text(value, lang, dir) {
    return element("td", { class: "text", dir: dir ?? "auto", lang }, value);
  }

  function drawn(row) {
    const [lang, dir] = data.languages[row.language];
    const place = element("td", { class: "place", dir: "ltr" }, row.key, row.form ? ` [${row.form}]` : "",
      element("small", {}, `${row.file} · ${row.language}`));
    const gate = element("td", {}, element("span", { class: "state" }, row.state));
    const note = [row.check, row.message].filter(Boolean).join(": ");
    if (note) gate.append(element("span", { class: "note", dir: "auto" }, note));
    return element("tr", { class: `${row.state} ${row.hard ? "hard" : "odd"}` },
      place, text(row.source), text(row.old, lang, dir), text(row.new, lang, dir), gate);
  }

  function draw() {
    const last = Math.min(first + PER_PAGE, shown.length);
    body.replaceChildren(...shown.slice(first, last).map(drawn));
    count.textContent = shown.length ? `${first + 1} to ${last} of ${shown.length}` : "nothing";
    document.getElementById("before").disabled = first === 0;
    document.getElementById("after").disabled = last >= shown.length;
  }

  function filter() {
    shown = chosen();
    first = 0;
    draw();
  }

  function turn(by) {
    first += by;
    draw();
    form.scrollIntoView();
  }

  for (const name of ["language", "file", "state"]) {
    const values = [...new Set(rows.map((row) => row[name]))].sort();
    form.elements[name].append(...values.map((value) => element("option", { value }, value)));
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("before").addEventListener("click", () => turn(-PER_PAGE));
  document.getElementById("after").addEventListener("click", () => turn(PER_PAGE));
  document.getElementById("review").hidden = false;
  draw();
})();
