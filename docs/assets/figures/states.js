/* What a stored run left for a figure, in a file beside this one: the build makes NAME.bin from
   course_code/figures/NAME.py; course_code/publish/states/packed.py tells its form. */
const ARRAYS = { float32: Float32Array, int16: Int16Array, uint8: Uint8Array };

/* By name numbers and texts as they are, and arrays as { data, shape }. */
export async function states(file) {
  const answer = await fetch(new URL(file, import.meta.url));
  if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
  const stream = answer.body.pipeThrough(new DecompressionStream("gzip"));
  const bytes = await new Response(stream).arrayBuffer();
  const start = 4 + new DataView(bytes).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, start - 4)));
  const read = ({ value, dtype, shape, at }) => {
    if (!dtype) return value;
    const count = shape.reduce((product, size) => product * size, 1);
    if (dtype !== "float16") return { shape, data: new ARRAYS[dtype](bytes, start + at, count) };
    return { shape, data: Float32Array.from(new Uint16Array(bytes, start + at, count), half) };
  };
  return Object.fromEntries(Object.entries(header).map(([name, told]) => [name, read(told)]));
}

/* The number that 16 bits stand for; all are finite. */
function half(bits) {
  const [power, part] = [(bits >> 10) & 31, bits & 1023];
  const size = power ? 2 ** (power - 15) * (1 + part / 1024) : 2 ** -24 * part;
  return bits >> 15 ? -size : size;
}
