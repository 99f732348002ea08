// Where each picture of a grid lies. Both give { boxes, height }: boxes holds left, top, width and
// height of each picture in turn.

const NARROWEST = 0.5;
const WIDEST = 3;
const MOST_STRETCHED = 1.7;
const WIDE_PAGE = 900;
const ON_PHONES = 0.62;

// How large pictures are on a page of this width: what is right for a desk is too large for a phone.
export function fitting(size, width) {
  return size * Math.max(ON_PHONES, Math.min(1, width / WIDE_PAGE));
}

// Rows that are full from edge to edge, cut where their heights come nearest to the one wished for.
// Only the last row of all may stay short.
export function rows(ratios, { width, size, gap, isLast }) {
  const shapes = Array.from(ratios, (ratio) => Math.max(NARROWEST, Math.min(WIDEST, ratio || 1)));
  const boxes = new Float32Array(shapes.length * 4);
  let top = 0;
  for (const [start, end] of cuts(shapes, width, size, gap, isLast)) {
    const sum = shapes.slice(start, end).reduce((one, other) => one + other, 0);
    const full = (width - gap * (end - start - 1)) / sum;
    const short = end === shapes.length && isLast && full > size;
    const height = short ? size : Math.min(full, size * MOST_STRETCHED);
    const whole = Math.round(height); // rows between pixels would be blurred, most of all far down
    let left = 0;
    for (let at = start; at < end; at += 1) {
      boxes.set([left, top, shapes[at] * height, whole], at * 4);
      left += shapes[at] * height + gap;
    }
    top += whole + gap;
  }
  return { boxes, height: Math.max(0, top - gap) };
}

// The best way to part `shapes` into rows: best[n] is the least cost of the first n pictures.
function cuts(shapes, width, size, gap, isLast) {
  const best = [0];
  const from = [0];
  for (let end = 1; end <= shapes.length; end += 1) {
    best[end] = Infinity;
    let sum = 0;
    for (let start = end - 1; start >= 0; start -= 1) {
      sum += shapes[start];
      const full = (width - gap * (end - start - 1)) / sum;
      const far = full > 0 ? Math.log(full / size) : -9;
      const cost = best[start] + (end === shapes.length && isLast && far > 0 ? 0 : far * far);
      if (cost < best[end]) [best[end], from[end]] = [cost, start];
      if (full < size / 3 && start < end - 1) break;
    }
  }
  const found = [];
  for (let end = shapes.length; end > 0; end = from[end]) found.unshift([from[end], end]);
  return found;
}

// Squares in columns that go on from block to block: `first` is the place of the first in the whole.
export function squares(count, first, { width, size, gap }) {
  const columns = columnsOf({ width, size, gap });
  const side = (width - gap * (columns - 1)) / columns;
  const pitch = Math.round(side) + gap;
  const boxes = new Float32Array(count * 4);
  const row = Math.floor(first / columns);
  for (let at = 0; at < count; at += 1) {
    const place = first + at;
    const left = (((place % columns) + columns) % columns) * (side + gap);
    boxes.set([left, (Math.floor(place / columns) - row) * pitch, side, pitch - gap], at * 4);
  }
  const last = Math.floor((first + count - 1) / columns);
  // Where the next block begins in this one's last row, it lies beside it.
  const next = Math.floor((first + count) / columns);
  return {
    boxes,
    height: (last - row + 1) * pitch - gap,
    step: (next - row) * pitch,
  };
}

function columnsOf({ width, size, gap }) {
  return Math.max(1, Math.round((width + gap) / (size + gap)));
}
