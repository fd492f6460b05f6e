/* Points drawn by hand: [column, row, class] on a grid over the plane. In the address each takes
   three letters. */
import { CLASSES, COLOURS } from "./net.js";

export const REACH = 1.2; // the plane goes from -1.2 to 1.2
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

/* A point of class c on a canvas: a disc, a triangle or a square. */
export function mark(pencil, x, y, c, size) {
  pencil.fillStyle = `rgb(${COLOURS[c]})`;
  pencil.beginPath();
  if (c === 0) pencil.arc(x, y, size, 0, 7);
  else if (c === 2) pencil.rect(x - 0.9 * size, y - 0.9 * size, 1.8 * size, 1.8 * size);
  else {
    pencil.moveTo(x, y - 1.2 * size);
    pencil.lineTo(x + 1.1 * size, y + 0.9 * size);
    pencil.lineTo(x - 1.1 * size, y + 0.9 * size);
    pencil.closePath();
  }
  pencil.stroke();
  pencil.fill();
}
