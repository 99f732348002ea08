// paint(canvas, text): draws the ThumbHash `text` (base64) of a picture, some twenty pixels wide.
// homebooru/imaging/thumbhash.py makes them.

const SIDE = 24;
const MOST = 7; // waves in one direction

export function paint(canvas, text) {
  const hash = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  if (hash.length < 6) return;
  const look = read(hash);
  const ratio = look.columns / look.rows;
  canvas.width = Math.max(1, Math.round(ratio > 1 ? SIDE : SIDE * ratio));
  canvas.height = Math.max(1, Math.round(ratio > 1 ? SIDE / ratio : SIDE));
  const context = canvas.getContext("2d", { willReadFrequently: true }); // so small a one is not worth the way to the GPU
  const image = context.createImageData(canvas.width, canvas.height);
  fill(image, look);
  context.putImageData(image, 0, 0);
}

function read(hash) {
  const first = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  const second = hash[3] | (hash[4] << 8);
  const translucent = Boolean(first >> 23);
  const landscape = Boolean(second >> 15);
  const most = translucent ? 5 : 7;
  const columns = Math.max(3, landscape ? most : second & 7);
  const rows = Math.max(3, landscape ? second & 7 : most);
  const nibbles = waves(hash, translucent ? 6 : 5);
  // Differences in colour are kept weaker than they were, and are made up for here.
  return {
    columns,
    rows,
    light: plane((first & 63) / 63, columns, rows, ((first >> 18) & 31) / 31, nibbles),
    yellow: plane(((first >> 6) & 63) / 31.5 - 1, 3, 3, (((second >> 3) & 63) / 63) * 1.25, nibbles),
    red: plane(((first >> 12) & 63) / 31.5 - 1, 3, 3, (((second >> 9) & 63) / 63) * 1.25, nibbles),
    alpha: translucent
      ? plane((hash[5] & 15) / 15, 5, 5, (hash[5] >> 4) / 15, nibbles)
      : { mean: 1, columns: 0, rows: 0, waves: [] },
  };
}

function* waves(hash, start) {
  for (let at = start; at < hash.length; at += 1) {
    yield hash[at] & 15;
    yield hash[at] >> 4;
  }
}

function plane(mean, columns, rows, scale, nibbles) {
  const kept = [];
  for (let y = 0; y < rows; y += 1) {
    for (let x = y ? 0 : 1; x * rows < columns * (rows - y); x += 1) {
      kept.push(((nibbles.next().value ?? 7.5) / 7.5 - 1) * scale);
    }
  }
  return { mean, columns, rows, waves: kept };
}

function fill({ data, width, height }, { light, yellow, red, alpha }) {
  const across = cosines(width);
  const down = cosines(height);
  const planes = [light, yellow, red, alpha].map((plane) => drawn(plane, across, down, width, height));
  for (let at = 0; at < width * height; at += 1) {
    const [l, p, q] = [planes[0][at], planes[1][at], planes[2][at]];
    const blue = l - (2 / 3) * p;
    const redness = (3 * l - blue + q) / 2;
    data[at * 4] = redness * 255;
    data[at * 4 + 1] = (redness - q) * 255;
    data[at * 4 + 2] = blue * 255;
    data[at * 4 + 3] = planes[3][at] * 255;
  }
}

function cosines(length) {
  return Array.from({ length }, (_, at) =>
    Float32Array.from({ length: MOST }, (__, wave) => Math.cos((Math.PI / length) * (at + 0.5) * wave)));
}

// The waves of a plane laid over each other: first those of a line, then along the line.
function drawn({ mean, columns, rows, waves: kept }, across, down, width, height) {
  const pixels = new Float32Array(width * height).fill(mean);
  const line = new Float32Array(MOST);
  for (let y = 0; y < height; y += 1) {
    line.fill(0);
    for (let row = 0, at = 0; row < rows; row += 1) {
      for (let x = row ? 0 : 1; x * rows < columns * (rows - row); x += 1, at += 1) {
        line[x] += kept[at] * down[y][row] * 2;
      }
    }
    for (let x = 0; x < width; x += 1) {
      for (let wave = 0; wave < columns; wave += 1) pixels[y * width + x] += line[wave] * across[x][wave];
    }
  }
  return pixels;
}
