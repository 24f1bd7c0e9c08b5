// QR codes (ISO/IEC 18004): bytes, level M, versions 1 to 20, which hold 666 bytes. Pure: text to modules.
//
//   text -> data words -> blocks with Reed-Solomon words -> one stream -> modules -> the mask that reads best

/** Words of error correction of a block, and how many blocks there are, by version, of level M. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26] as const;
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16] as const;
/** The two bits of level M in the format. */
const LEVEL = 0;

/** A square of modules; true is dark. */
type Modules = boolean[][];

interface Grid {
  readonly size: number;
  readonly dark: Modules;
  /** Of the pattern itself, and so no place for data. */
  readonly fixed: Modules;
}

/**
 * The dark modules of each row, without the quiet zone of four around it.
 *
 * @throws RangeError for more than 666 bytes
 * @example qrModules('otpauth://totp/...')[0]?.[0] // true
 */
export function qrModules(text: string): readonly (readonly boolean[])[] {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  const words = interleave(dataWords(bytes, version), version);
  const masked = Array.from({ length: 8 }, (_, mask) => {
    const grid = patterned(version);
    layOut(grid, words);
    applyMask(grid, mask);
    drawFormat(grid, mask);
    return grid.dark;
  });
  return masked.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

function rawWords(version: number): number {
  const size = version * 4 + 17;
  const aligned = alignments(version).length;
  // All modules, without finders and their borders, format, timing, alignment and version.
  let modules = size * size - 3 * 64 - 31 - 2 * (size - 16);
  if (aligned > 0) modules -= (aligned * aligned - 3) * 25 - (aligned - 2) * 2 * 5;
  return Math.floor((version >= 7 ? modules - 36 : modules) / 8);
}

function dataCapacity(version: number): number {
  return rawWords(version) - (CORRECTION[version - 1] ?? 0) * (BLOCKS[version - 1] ?? 0);
}

function versionFor(length: number): number {
  for (let version = 1; version <= CORRECTION.length; version++)
    if (length + (version < 10 ? 2 : 3) <= dataCapacity(version)) return version;
  throw new RangeError('the text is too long for a QR code');
}

function dataWords(bytes: Uint8Array, version: number): Uint8Array {
  const bits: number[] = [];
  const push = (value: number, count: number): void => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  push(0b0100, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  const capacity = dataCapacity(version);
  push(0, Math.min(4, capacity * 8 - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < capacity * 8; pad ^= 0xec ^ 0x11) push(pad, 8);
  return Uint8Array.from({ length: capacity }, (_, word) => bits.slice(word * 8, word * 8 + 8).reduce((made, bit) => (made << 1) | bit, 0));
}

/** The product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a);
  return product;
}

function divisorOf(degree: number): Uint8Array {
  const divisor = new Uint8Array(degree);
  divisor[degree - 1] = 1;
  let root = 1;
  for (let step = 0; step < degree; step++) {
    for (let place = 0; place < degree; place++) divisor[place] = times(divisor[place] ?? 0, root) ^ (divisor[place + 1] ?? 0);
    root = times(root, 2);
  }
  return divisor;
}

function remainderOf(data: Uint8Array, divisor: Uint8Array): Uint8Array {
  const rest = new Uint8Array(divisor.length);
  for (const word of data) {
    const factor = word ^ (rest[0] ?? 0);
    rest.copyWithin(0, 1);
    rest[rest.length - 1] = 0;
    divisor.forEach((coefficient, place) => (rest[place] = (rest[place] ?? 0) ^ times(coefficient, factor)));
  }
  return rest;
}

/** Cuts the words into blocks, corrects each, and takes the words of all blocks in turn. */
function interleave(data: Uint8Array, version: number): Uint8Array {
  const count = BLOCKS[version - 1] ?? 1;
  const correction = CORRECTION[version - 1] ?? 0;
  const short = Math.floor(data.length / count);
  const shorts = count - (data.length % count);
  const divisor = divisorOf(correction);
  let from = 0;
  const blocks = Array.from({ length: count }, (_, block) => {
    const words = data.subarray(from, (from += short + (block < shorts ? 0 : 1)));
    return { words, rest: remainderOf(words, divisor) };
  });
  const taken: number[] = [];
  for (let place = 0; place <= short; place++) for (const { words } of blocks) if (place < words.length) taken.push(words[place] ?? 0);
  for (let place = 0; place < correction; place++) for (const { rest } of blocks) taken.push(rest[place] ?? 0);
  return Uint8Array.from(taken);
}

function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const last = version * 4 + 10;
  return [6, ...Array.from({ length: count - 1 }, (_, place) => last - (count - 2 - place) * step)];
}

function set({ dark, fixed, size }: Grid, x: number, y: number, isDark: boolean): void {
  if (x < 0 || y < 0 || x >= size || y >= size) return;
  (dark[y] ?? [])[x] = isDark;
  (fixed[y] ?? [])[x] = true;
}

function patterned(version: number): Grid {
  const size = version * 4 + 17;
  const empty = (): Modules => Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  const grid: Grid = { size, dark: empty(), fixed: empty() };
  for (let place = 0; place < size; place++) {
    set(grid, 6, place, place % 2 === 0);
    set(grid, place, 6, place % 2 === 0);
  }
  const square = (x: number, y: number, reach: number, light: readonly number[]): void => {
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) set(grid, x + dx, y + dy, !light.includes(Math.max(Math.abs(dx), Math.abs(dy))));
  };
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    square(x, y, 4, [2, 4]);
  const lines = alignments(version);
  const last = lines.at(-1);
  for (const x of lines)
    for (const y of lines) if (!((x === 6 && y === 6) || (x === 6 && y === last) || (x === last && y === 6))) square(x, y, 2, [1]);
  drawFormat(grid, 0);
  drawVersion(grid, version);
  return grid;
}

/** What is left of `value` after division by the generator, behind it. */
function withCheck(value: number, bits: number, generator: number): number {
  let rest = value;
  for (let step = 0; step < bits; step++) rest = (rest << 1) ^ ((rest >> (bits - 1)) * generator);
  return (value << bits) | rest;
}

function drawFormat(grid: Grid, mask: number): void {
  const { size } = grid;
  const format = withCheck((LEVEL << 3) | mask, 10, 0x537) ^ 0x5412;
  const bit = (place: number): boolean => ((format >> place) & 1) === 1;
  for (let place = 0; place < 6; place++) set(grid, 8, place, bit(place));
  set(grid, 8, 7, bit(6));
  set(grid, 8, 8, bit(7));
  set(grid, 7, 8, bit(8));
  for (let place = 9; place < 15; place++) set(grid, 14 - place, 8, bit(place));
  for (let place = 0; place < 8; place++) set(grid, size - 1 - place, 8, bit(place));
  for (let place = 8; place < 15; place++) set(grid, 8, size - 15 + place, bit(place));
  set(grid, 8, size - 8, true);
}

function drawVersion(grid: Grid, version: number): void {
  if (version < 7) return;
  const bits = withCheck(version, 12, 0x1f25);
  for (let place = 0; place < 18; place++) {
    const [near, far] = [Math.floor(place / 3), grid.size - 11 + (place % 3)];
    const isDark = ((bits >> place) & 1) === 1;
    set(grid, far, near, isDark);
    set(grid, near, far, isDark);
  }
}

/** In columns of two from the right, up and down in turn, around what is fixed. */
function layOut({ size, dark, fixed }: Grid, words: Uint8Array): void {
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y]?.[x] === true) continue;
        (dark[y] ?? [])[x] = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
        bit++;
      }
    }
  }
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function applyMask({ size, dark, fixed }: Grid, mask: number): void {
  const flips = MASKS[mask];
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) if (fixed[y]?.[x] !== true && flips?.(x, y) === true) (dark[y] ?? [])[x] = dark[y]?.[x] !== true;
}

/** How badly it reads: long runs, blocks, what looks like a finder, and a balance that is off. */
function penalty(dark: Modules): number {
  const size = dark.length;
  const rows = dark.map((row) => row.map((one) => (one ? '1' : '0')).join(''));
  const columns = rows.map((_, x) => rows.map((row) => row[x] ?? '').join(''));
  let points = 0;
  for (const line of [...rows, ...columns]) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) points += run.length - 2;
    points += 40 * (occurrences(line, '10111010000') + occurrences(line, '00001011101'));
  }
  for (let y = 1; y < size; y++)
    for (let x = 1; x < size; x++) {
      const one = dark[y]?.[x];
      if (one === dark[y - 1]?.[x] && one === dark[y]?.[x - 1] && one === dark[y - 1]?.[x - 1]) points += 3;
    }
  const share = rows.join('').replaceAll('0', '').length / (size * size);
  return points + 10 * Math.floor(Math.abs(share * 100 - 50) / 5);
}

function occurrences(line: string, sign: string): number {
  let found = 0;
  for (let at = line.indexOf(sign); at >= 0; at = line.indexOf(sign, at + 1)) found++;
  return found;
}
