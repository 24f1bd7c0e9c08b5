import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from './encoding.ts';
import { nobleHash } from './hash.ts';
import { emptyRoot, nodeHash, rootOf, treeBuilder } from './merkle.ts';
import { consistencyNodes, consistencyProof, inclusionNodes, inclusionProof, leafReader, rootFromNodes, rootNodes } from './proof.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

// The leaves and hashes that the tests of Certificate Transparency use.
const CT_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) =>
  leafOf(bytes(hex)),
);
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function leafOf(data: Uint8Array): Uint8Array {
  return nobleHash.bytes(new Uint8Array([0, ...data]));
}

/** MTH of RFC 6962, section 2.1, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return nobleHash.bytes(new Uint8Array());
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const k = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return nobleHash.bytes(new Uint8Array([1, ...naiveRoot(leaves.slice(0, k)), ...naiveRoot(leaves.slice(k))]));
}

/** PATH of RFC 6962, section 2.1.1. */
function naivePath(m: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** SUBPROOF of RFC 6962, section 2.1.2. */
function naiveSubproof(m: number, leaves: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return m <= k
    ? [...naiveSubproof(m, leaves.slice(0, k), whole), naiveRoot(leaves.slice(k))]
    : [...naiveSubproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

const LEAVES = Array.from({ length: 42 }, (_, index) => leafOf(new Uint8Array([index])));
const READ = leafReader(LEAVES);

describe('known answers', () => {
  test('the empty tree', () => {
    expect(toHex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(toHex(rootOf([]))).toBe(toHex(emptyRoot()));
  });

  test.each(CT_ROOTS.map((root, index) => [index + 1, root] as const))('the root of %i leaves', (size, root) => {
    expect(toHex(rootOf(CT_LEAVES.slice(0, size)))).toBe(root);
  });

  test('inclusion', () => {
    const read = leafReader(CT_LEAVES);
    expect(inclusionProof(0, 1, read)).toEqual([]);
    expect(inclusionProof(0, 8, read).map(toHex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(inclusionProof(5, 8, read).map(toHex)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  test('consistency', () => {
    const read = leafReader(CT_LEAVES);
    expect(consistencyProof(6, 8, read).map(toHex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(consistencyProof(2, 5, read).map(toHex)).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });
});

test('every tree up to 42 leaves has the root and the proofs of the recursive definition, and they verify', () => {
  for (let size = 1; size <= LEAVES.length; size++) {
    const leaves = LEAVES.slice(0, size);
    const root = naiveRoot(leaves);
    expect(rootOf(leaves)).toEqual(root);
    expect(rootFromNodes(size, READ)).toEqual(root);
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(index, size, READ);
      expect(proof).toEqual(naivePath(index, leaves));
      expect(verifyInclusion(index, size, leaves[index] as Uint8Array, proof, root)).toBe(true);
    }
    for (let from = 1; from <= size; from++) {
      const proof = consistencyProof(from, size, READ);
      expect(proof).toEqual(naiveSubproof(from, leaves, true));
      expect(verifyConsistency(from, size, naiveRoot(leaves.slice(0, from)), root, proof)).toBe(true);
    }
  }
});

test('a builder goes on where another one ended', () => {
  fc.assert(
    fc.property(fc.nat(42), fc.nat(42), (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const first = treeBuilder();
      for (const leaf of LEAVES.slice(0, from)) first.append(leaf);
      const second = treeBuilder(first.compact());
      for (const leaf of LEAVES.slice(from, to)) second.append(leaf);
      expect(first.root()).toEqual(naiveRoot(LEAVES.slice(0, from)));
      expect(second.root()).toEqual(naiveRoot(LEAVES.slice(0, to)));
      expect(second.compact().size).toBe(to);
    }),
  );
  expect(() => treeBuilder({ size: 3, peaks: [LEAVES[0] as Uint8Array] })).toThrow(RangeError);
});

test('sizes beyond 2^32', () => {
  // All leaves are alike, so the complete subtrees of one level are alike and the tree need not exist.
  const levels = [LEAVES[0] as Uint8Array];
  for (let level = 0; level < 52; level++) levels.push(nodeHash(levels[level] as Uint8Array, levels[level] as Uint8Array));
  const read = (level: number) => levels[level] as Uint8Array;
  const size = 2 ** 45 + 2 ** 33 + 12345;
  const root = rootFromNodes(size, read);
  for (const index of [0, 2 ** 33 + 1, 2 ** 45 - 1, 2 ** 45, size - 1]) {
    const proof = inclusionProof(index, size, read);
    expect(verifyInclusion(index, size, read(0), proof, root)).toBe(true);
    expect(verifyInclusion(index, size * 2, read(0), proof, root)).toBe(false);
  }
  for (const from of [1, 2 ** 32, 2 ** 33 + 1, 2 ** 45, size - 1]) {
    expect(verifyConsistency(from, size, rootFromNodes(from, read), root, consistencyProof(from, size, read))).toBe(true);
  }
});

test('the announced nodes are the ones that are read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 42 }), fc.nat(), (size, n) => {
      const index = n % size;
      const seen: string[] = [];
      const read = (level: number, at: number) => (seen.push(`${level}/${at}`), READ(level, at));
      inclusionProof(index, size, read);
      consistencyProof(index + 1, size, read);
      rootFromNodes(size, read);
      const places = [...inclusionNodes(index, size), ...consistencyNodes(index + 1, size), ...rootNodes(size)];
      expect(seen).toEqual(places.map(({ level, index: at }) => `${level}/${at}`));
    }),
  );
});

describe('mutations', () => {
  const size = fc.integer({ min: 1, max: 42 });
  const flip = (hash: Uint8Array, bit: number) =>
    hash.map((byte, at) => (at === Math.floor(bit / 8) % hash.length ? byte ^ (1 << (bit % 8)) : byte));

  test('of an inclusion proof fail, bit by bit, index by index, size by size', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(255), fc.nat(42), (count, n, bit, other) => {
        const index = n % count;
        const leaf = LEAVES[index] as Uint8Array;
        const root = rootOf(LEAVES.slice(0, count));
        const proof = inclusionProof(index, count, READ);
        const verify = (...args: Parameters<typeof verifyInclusion>) => expect(verifyInclusion(...args)).toBe(false);
        verify(index, count, flip(leaf, bit), proof, root);
        verify(index, count, leaf, proof, flip(root, bit));
        proof.forEach((_, at) =>
          verify(
            index,
            count,
            leaf,
            proof.map((hash, each) => (each === at ? flip(hash, bit) : hash)),
            root,
          ),
        );
        proof.forEach((_, at) =>
          verify(
            index,
            count,
            leaf,
            proof.filter((__, each) => each !== at),
            root,
          ),
        );
        verify(index, count, leaf, [...proof, root], root);
        verify(index, count, leaf, [leaf, ...proof], root);
        if (other !== index) verify(other, count, leaf, proof, root);
        for (const value of [-1, 0.5, count, Number.NaN]) verify(value, count, leaf, proof, root);
        verify(index, count, leaf.subarray(1), proof, root);
        // Another size fails against its own root always, and against this root whenever the shape of the path differs.
        if (other !== count && other > 0) verify(index, other, leaf, proof, rootOf(LEAVES.slice(0, other)));
        if (other > 0 && other <= count / 2) verify(index, other, leaf, proof, root);
      }),
    );
  });

  test('of a consistency proof fail', () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.nat(255), fc.nat(42), (to, n, bit, other) => {
        const from = (n % to) + 1;
        const oldRoot = rootOf(LEAVES.slice(0, from));
        const newRoot = rootOf(LEAVES.slice(0, to));
        const proof = consistencyProof(from, to, READ);
        const verify = (...args: Parameters<typeof verifyConsistency>) => expect(verifyConsistency(...args)).toBe(false);
        verify(from, to, flip(oldRoot, bit), newRoot, proof);
        verify(from, to, oldRoot, flip(newRoot, bit), proof);
        proof.forEach((_, at) =>
          verify(
            from,
            to,
            oldRoot,
            newRoot,
            proof.map((hash, each) => (each === at ? flip(hash, bit) : hash)),
          ),
        );
        proof.forEach((_, at) =>
          verify(
            from,
            to,
            oldRoot,
            newRoot,
            proof.filter((__, each) => each !== at),
          ),
        );
        verify(from, to, oldRoot, newRoot, [...proof, newRoot]);
        verify(from, to, oldRoot, newRoot, [oldRoot, ...proof]);
        verify(to + 1, to, oldRoot, newRoot, proof);
        if (other !== from && other > 0 && other <= to) verify(other, to, rootOf(LEAVES.slice(0, other)), newRoot, proof);
        if (other !== to && other >= from) verify(from, other, oldRoot, rootOf(LEAVES.slice(0, other)), proof);
      }),
    );
  });

  test('a proof that is longer or shorter than its size allows fails, even where the hashes add up', () => {
    const [a, b, c, d] = LEAVES as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const two = nodeHash(a, b);
    const four = nodeHash(two, nodeHash(c, d));
    expect(verifyInclusion(0, 1, b, [a], two)).toBe(false);
    expect(verifyInclusion(0, 4, a, [b], two)).toBe(false);
    expect(verifyInclusion(0, 2, a, [b, nodeHash(c, d)], four)).toBe(false);
    expect(verifyConsistency(1, 4, a, two, [b])).toBe(false);
    expect(verifyConsistency(1, 2, a, four, [b, nodeHash(c, d)])).toBe(false);
    expect(verifyConsistency(2, 4, two, two, [])).toBe(false);
    expect(verifyConsistency(3, 4, rootOf([a, b, c]), four, [])).toBe(false);
  });

  test('an old size of 0 is an error, not a verdict', () => {
    const root = rootOf(LEAVES);
    expect(() => verifyConsistency(0, 42, emptyRoot(), root, [])).toThrow(RangeError);
    expect(() => consistencyProof(0, 42, READ)).toThrow(RangeError);
    expect(() => consistencyProof(3, 2, READ)).toThrow(RangeError);
    expect(() => inclusionProof(42, 42, READ)).toThrow(RangeError);
    expect(() => nodeHash(root, root.subarray(1))).toThrow(RangeError);
  });
});
