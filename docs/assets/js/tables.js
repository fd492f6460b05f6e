/* Tables: reached with the keyboard where they scroll, first rows of a figure's data, and the table of
   all claims sorted by a click on a heading. Without a script they are all there to be read. */
(() => {
  "use strict";

  const words = courseWords; // docs/theme/main.html

  /* Tables come by and by with the data of figures: those are numbered as the figures are. */
  function nameOf(wrap) {
    const fold = wrap.closest(".figure-data");
    const all = [...document.querySelectorAll(fold ? ".figure-data" : "table")];
    const alike = fold ? all : all.filter((table) => !table.closest(".figure-data"));
    const name = fold ? fold.querySelector("summary").textContent : words.table;
    return `${name} ${alike.indexOf(fold ?? wrap.querySelector("table")) + 1}`;
  }

  /* A table that scrolls can be reached, and so scrolled, with the keyboard. */
  const reachable = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) {
        target.tabIndex = 0;
        target.setAttribute("role", "region");
        target.setAttribute("aria-label", nameOf(target));
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
      }
    }
  });

  /* By now Material has wrapped the tables. */
  addEventListener("load", () => {
    for (const wrap of document.querySelectorAll(".md-typeset__scrollwrap")) reachable.observe(wrap);
  });

  /* The first rows of a figure's data, when its fold opens; a link leads to all of them, also from a
     folder, where nothing can be fetched. */
  const cells = (line) =>
    Array.from(`${line},`.matchAll(/("(?:[^"]|"")*"|[^,]*),/g), ([, cell]) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    );
  async function firstRows(fold) {
    const answer = await fetch(fold.querySelector("[download]").href);
    if (!answer.ok || fold.querySelector("table")) return;
    const [heads, ...all] = (await answer.text()).trimEnd().split("\n");
    const shown = all.slice(0, 12);
    const table = document.createElement("table");
    const numbers = [shown.length, all.length];
    table.createCaption().textContent = words.rows.replace(/#/g, () => numbers.shift());
    for (const head of cells(heads)) {
      const th = document.createElement("th");
      th.scope = "col";
      th.textContent = head;
      (table.tHead?.rows[0] ?? table.createTHead().insertRow()).append(th);
    }
    const body = table.createTBody();
    for (const line of shown) {
      const row = body.insertRow();
      for (const cell of cells(line)) row.insertCell().textContent = cell;
    }
    const [wrap, inner] = ["scrollwrap", "table"].map((name) => {
      const div = document.createElement("div");
      div.className = `md-typeset__${name}`; // as Material wraps a table, which scrolls by itself else
      return div;
    });
    inner.append(table);
    wrap.append(inner);
    fold.append(wrap);
    reachable.observe(wrap);
  }
  for (const fold of document.querySelectorAll(".figure-data"))
    fold.addEventListener("toggle", () => firstRows(fold).catch(() => {}), { once: true });

  const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  /* A cell's number, as print shows it: 4.1 × 10⁻⁷, > 0.9, 19/20. NaN for words. */
  function number(text) {
    const plain = text
      .replace(/\s×\s10(⁻?)([⁰¹²³⁴-⁹]+)/g, (_, minus, digits) =>
        `e${minus && "-"}${Array.from(digits, (digit) => SUPERSCRIPT.indexOf(digit)).join("")}`)
      .replace(/−/g, "-");
    const found = /^[<>≤≥=∈ []*(-?[\d.]+(?:e-?\d+)?)/.exec(plain);
    return found ? Number(found[1]) : NaN;
  }

  /* Numbers first, by size; then words; what is empty last, whichever way. */
  function compare(a, b, down) {
    if (!a || !b) return Number(!a) - Number(!b);
    const [x, y] = [number(a), number(b)];
    const words = Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    if (words) return words;
    const order = Number.isNaN(x) ? a.localeCompare(b, document.documentElement.lang) : x - y;
    return down ? -order : order;
  }

  function sort(table, heading, column) {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const text = (row) => row.cells[column].textContent.trim();
    const rows = Array.from(table.tBodies[0].rows);
    rows.sort((a, b) => compare(text(a), text(b), down));
    table.tBodies[0].append(...rows);
  }

  for (const table of document.querySelectorAll(".claims-ledger table"))
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading, column));
      heading.append(button);
    });
})();
