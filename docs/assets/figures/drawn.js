/* Points drawn by hand: [column, row, class] on a grid over the plane. In the address each takes
   three letters. */
import { REACH } from "./plane.js";
import { CLASSES } from "./points.js";

export const CELLS = 64; // drawn points lie on a grid of so many cells, one letter of the address each
export const MOST = 300; // points
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The points that a text of the address tells; what is none of them is left out. */
export function read(text = "") {
  const codes = Array.from(text.slice(0, 3 * MOST), (letter) => LETTERS.indexOf(letter));
  const found = [];
  for (let i = 0; i + 2 < codes.length; i += 3) found.push(codes.slice(i, i + 3));
  return found.filter(([x, y, c]) => x >= 0 && y >= 0 && c >= 0 && c < CLASSES.hand);
}

/* Where a column or a row lies. */
export const place = (cell) => Number((REACH * ((2 * cell + 1) / CELLS - 1)).toFixed(6));

export function asData(drawn) {
  const X = Float64Array.from(drawn.flatMap(([x, y]) => [place(x), place(y)]));
  return { X, y: Uint8Array.from(drawn, ([, , c]) => c), classes: CLASSES.hand };
}

export const code = (drawn) => drawn.map((point) => point.map((n) => LETTERS[n]).join("")).join("");
