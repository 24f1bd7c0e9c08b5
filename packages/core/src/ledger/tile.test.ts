import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes } from './encoding.ts';
import { nobleHash } from './hash.ts';
import { rootOf } from './merkle.ts';
import { consistencyProof, inclusionNodes, inclusionProof, leafReader, rootFromNodes } from './proof.ts';
import { decodeEntries, encodeEntries, fullTiles, parseTilePath, partialTiles, printTilePath, tileWidth, TILE_WIDTH } from './tile.ts';
import { joinHashes, splitHashes, tileReader, tileRoot, tilesOfNodes } from './tile-hashes.ts';

test('addresses, after the examples of tlog-tiles', () => {
  expect(printTilePath({ level: 0, index: 1234067, width: 256 })).toBe('/tile/0/x001/x234/067');
  expect(printTilePath({ level: 'entries', index: 1234067, width: 112 })).toBe('/tile/entries/x001/x234/067.p/112');
  expect(printTilePath({ level: 2, index: 0, width: 1 })).toBe('/tile/2/000.p/1');
  expect(printTilePath({ level: 1, index: 1000, width: 256 })).toBe('/tile/1/x001/000');
});

test('addresses read back, and have one spelling', () => {
  const level = fc.oneof(fc.constant('entries' as const), fc.nat(63));
  fc.assert(
    fc.property(fc.record({ level, index: fc.oneof(fc.nat(5000), fc.maxSafeNat()), width: fc.integer({ min: 1, max: 256 }) }), (tile) => {
      expect(parseTilePath(printTilePath(tile as never))).toEqual(tile);
    }),
  );
  const bad = [
    '',
    'tile/0/000',
    '/tile/0/0',
    '/tile/0/00',
    '/tile/0/0000',
    '/tile/00/000',
    '/tile/01/000',
    '/tile/64/000',
    '/tile/-1/000',
    '/tile/data/000',
    '/tile/0/x000/001',
    '/tile/0/001/001',
    '/tile/0/x001',
    '/tile/0/X001/000',
    '/tile/0/000.p/0',
    '/tile/0/000.p/256',
    '/tile/0/000.p/01',
    '/tile/0/000.p/',
    '/tile/0/000.p',
    '/tile/0/000/',
    '/tile/0/000?x',
    '/tile/0/000\n',
    '/tile/0/x009/x007/x199/x254/x740/992',
    '/tile/0/x999/x999/x999/x999/x999/999',
  ];
  for (const path of bad) expect(parseTilePath(path), path).toBeUndefined();
});

test('the tiles of 70,000 leaves, after the example of tlog-tiles', () => {
  const full = [...fullTiles(0, 70_000)];
  expect(full.filter(({ level }) => level === 0)).toHaveLength(273);
  expect(full.filter(({ level }) => level > 0)).toEqual([{ level: 1, index: 0, width: 256 }]);
  expect([...partialTiles(70_000)]).toEqual([
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  expect([...fullTiles(0, 256), ...partialTiles(256)]).toEqual([
    { level: 0, index: 0, width: 256 },
    { level: 1, index: 0, width: 1 },
  ]);
  expect([...fullTiles(0, 0), ...partialTiles(0)]).toEqual([]);
});

test('what becomes full in steps is what is full at the end, and widths agree', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200_000), { minLength: 1, maxLength: 5 }), (steps) => {
      const sizes = steps.sort((a, b) => a - b);
      const key = (tile: { level: number; index: number }) => `${tile.level}/${tile.index}`;
      const inSteps = sizes.flatMap((size, at) => [...fullTiles(sizes[at - 1] ?? 0, size)]);
      const last = sizes.at(-1) as number;
      expect(inSteps.map(key).sort()).toEqual([...fullTiles(0, last)].map(key).sort());
      for (const tile of [...fullTiles(0, last), ...partialTiles(last)]) expect(tileWidth(last, tile)).toBe(tile.width);
      expect(tileWidth(last, { level: 0, index: Math.floor(last / TILE_WIDTH) + 1 })).toBe(0);
    }),
    { numRuns: 20 },
  );
});

test('proofs read out of tiles are the proofs read out of leaves', () => {
  const size = 256 * 256 + 3 * 256 + 77;
  const leaves = Array.from({ length: size }, (_, index) =>
    nobleHash.bytes(new Uint8Array([0, index & 255, (index >> 8) & 255, index >> 16])),
  );
  const levels = [leaves];
  for (let level = 0; (levels[level] as Uint8Array[]).length >= TILE_WIDTH; level++) {
    const below = levels[level] as Uint8Array[];
    levels.push(
      Array.from({ length: Math.floor(below.length / TILE_WIDTH) }, (_, index) =>
        tileRoot(joinHashes(below.slice(index * 256, index * 256 + 256))),
      ),
    );
  }
  const asked = new Set<string>();
  const read = tileReader((level, index) => {
    asked.add(`${level}/${index}`);
    return joinHashes((levels[level] as Uint8Array[]).slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH));
  });
  const fromLeaves = leafReader(leaves);
  expect(rootFromNodes(size, read)).toEqual(rootOf(leaves));
  for (const index of [0, 255, 256, 65_535, 65_536, size - 1]) {
    asked.clear();
    expect(inclusionProof(index, size, read)).toEqual(inclusionProof(index, size, fromLeaves));
    expect(
      tilesOfNodes(inclusionNodes(index, size))
        .map((tile) => `${tile.level}/${tile.index}`)
        .sort(),
    ).toEqual([...asked].sort());
  }
  for (const from of [1, 256, 65_537]) expect(consistencyProof(from, size, read)).toEqual(consistencyProof(from, size, fromLeaves));
  const short = tileReader(() => new Uint8Array(32));
  expect(() => short(0, 1)).toThrow(RangeError);
});

test('hashes in tiles', () => {
  const hashes = [nobleHash.text('a'), nobleHash.text('b')];
  expect(splitHashes(joinHashes(hashes))).toEqual(hashes);
  for (const length of [0, 31, 33, 257 * 32]) expect(() => splitHashes(new Uint8Array(length))).toThrow(SyntaxError);
  expect(() => tileRoot(joinHashes(hashes))).toThrow(RangeError);
});

test('bundles of entries', () => {
  expect(encodeEntries([new Uint8Array([7, 8]), new Uint8Array()])).toEqual(new Uint8Array([0, 2, 7, 8, 0, 0]));
  expect(encodeEntries([new Uint8Array(65_535)]).subarray(0, 2)).toEqual(new Uint8Array([255, 255]));
  expect(() => encodeEntries([new Uint8Array(65_536)])).toThrow(RangeError);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (entries) => {
      const bundle = encodeEntries(entries);
      // A view into a larger buffer must do as well.
      const view = new Uint8Array([9, 9, ...bundle]).subarray(2);
      const back = decodeEntries(view);
      expect(back.length).toBe(entries.length);
      expect(back.every((bytes, at) => equalBytes(bytes, entries[at] as Uint8Array))).toBe(true);
      if (bundle.length > 0) expect(() => decodeEntries(bundle.subarray(0, -1))).toThrow(SyntaxError);
    }),
  );
});
