/* The plane with points of classes, on a canvas. */

export const REACH = 1.2; // the plane goes from -1.2 to 1.2
const COLOURS = [[0, 114, 178], [213, 94, 0], [0, 158, 115]]; // of the regions; marks have the page's
const PALE = 110; // of 255: points lie on it

/* A point of class c on a canvas: a disc, a triangle or a square. */
function mark(pencil, x, y, c, size) {
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

/* What a network says of the plane, on a grid: each place in the mixed colours of what it may be. */
export function tint(net, classes, grid) {
  const scores = net.forward(places(grid)).at(-1);
  const pixels = new Uint8ClampedArray(4 * grid * grid);
  for (let k = 0, s = 0; k < pixels.length; k += 4, s += classes) {
    let top = scores[s];
    for (let c = 1; c < classes; c++) top = Math.max(top, scores[s + c]);
    let sum = 0;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let c = 0; c < classes; c++) {
      const power = Math.exp(scores[s + c] - top);
      const colour = COLOURS[c];
      sum += power;
      red += power * colour[0];
      green += power * colour[1];
      blue += power * colour[2];
    }
    pixels[k] = red / sum;
    pixels[k + 1] = green / sum;
    pixels[k + 2] = blue / sum;
    pixels[k + 3] = PALE;
  }
  return pixels;
}

/* The places of a grid over the plane, row by row from the top. */
function places(grid) {
  if (places.X?.length === 2 * grid * grid) return places.X;
  const X = (places.X = new Float64Array(2 * grid * grid));
  for (let row = 0, k = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      X[k++] = 2 * REACH * ((column + 0.5) / grid - 0.5);
      X[k++] = 2 * REACH * (0.5 - (row + 0.5) / grid);
    }
  return X;
}

/* Points with their marks on `layer`, which becomes as wide as the drawing, in the colours of the
   page around `canvas`, with a rim in the one behind it. */
export function scatter(layer, { X, y }, wide, size, canvas) {
  const page = getComputedStyle(canvas);
  layer.width = layer.height = wide;
  const pencil = layer.getContext("2d");
  [pencil.strokeStyle, pencil.lineWidth] = [behind(canvas), size / 3];
  const colours = COLOURS.map((_, c) => page.getPropertyValue(`--live-${c}`));
  for (let i = 0; i < y.length; i++) {
    pencil.fillStyle = colours[y[i]];
    mark(pencil, across(X[2 * i], wide), wide - across(X[2 * i + 1], wide), y[i], size);
  }
}

/* Where a coordinate lies on a drawing so many pixels wide. */
export const across = (value, wide) => ((value / REACH + 1) * wide) / 2;

/* The colour behind a canvas, which sets its marks apart. */
export const behind = (canvas) =>
  getComputedStyle(canvas).getPropertyValue("--md-default-bg-color") || "#ffffff";
