/* The table of all claims sorts by a click on a heading. Without a script it is in page order. */
(() => {
  "use strict";

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
