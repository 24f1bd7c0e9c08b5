// node --import @indelible/sdk/register app.js: attributes the queries of every copy of pg that the application loads,
// without a line of code in it. A copy is recognised by the path of its main file, which is CommonJS however it is
// imported. What the application writes outside of runWithContext is attributed to the application itself.

import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { debuglog } from 'node:util';
import { attributeQueries } from './attribution/attribute-queries.ts';
import type { PgModule } from './attribution/driver.ts';
import { applicationName, contextKey } from './config.ts';

const PG = /[\\/]pg[\\/]lib[\\/]index\.js$/;
const debug = debuglog('indelible');

interface Loaded {
  readonly exports: unknown;
}
type Load = (this: unknown, module: Loaded, file: string) => void;

const main = resolve(process.argv[1] ?? 'main.js');
const service = applicationName() ?? packageName(dirname(main)) ?? basename(main);
const patched: string[] = [];

function patch(pg: unknown, file: string): void {
  if (patched.includes(file)) return;
  patched.push(file);
  try {
    attributeQueries(pg as PgModule, { service });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`${file} cannot be patched, what it writes is not attributed: ${reason}`, { code: 'INDELIBLE_PG' });
  }
}

/** The name in the nearest package.json that has one. */
function packageName(folder: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly name?: unknown };
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // There is none here, or none that can be read.
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : packageName(parent);
}

/** Copies that are loaded later: Node runs every CommonJS file through this function. */
function watch(): void {
  const { _extensions: extensions } = Module as unknown as { readonly _extensions: Record<string, Load> };
  const load = extensions['.js'];
  if (load === undefined) return;
  extensions['.js'] = function loadAndPatch(this: unknown, module, file) {
    load.call(this, module, file);
    if (PG.test(file)) patch(module.exports, file);
  };
}

/** The application's own copy, at once: with other loaders at work, an ES module may find it without passing through the function above. */
function patchNearest(): void {
  const require = createRequire(main);
  try {
    const file = require.resolve('pg');
    patch(require(file), file);
  } catch {
    debug('there is no pg beside %s', main);
  }
}

watch();
patchNearest();
if (contextKey(undefined) === undefined)
  process.emitWarning('INDELIBLE_CONTEXT_KEY is not set: the server cannot verify who acted, and will call it asserted', {
    code: 'INDELIBLE_NO_KEY',
  });
process.once('exit', () => {
  if (patched.length === 0) debug('no pg was loaded: nothing was attributed');
  else debug('attributed the queries of %s', patched.join(', '));
});
