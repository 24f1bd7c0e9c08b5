// Where binaries and data may lie: clones and data directories that the database's user cannot enter, read-only packages.

import { chmod, chown, cp, lstat, mkdir, readFile, readdir, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseAccount } from './account.ts';
import { removeEmbedded, startEmbedded } from './index.ts';
import { ask, discard, packageFolder, ROOT, scratch, SILENT, startOwner } from './testing.test.fixture.ts';
import { distrust } from './trust.ts';

const AS_ROOT = ROOT ? '' : ' (skipped: only root can drop to another user)';
const settings = { fsync: 'off' };
let base = '';

beforeEach(async () => {
  base = await scratch();
});

afterEach(() => discard(base));

test.skipIf(!ROOT)(`root: a clone and a data directory that only root can enter${AS_ROOT}`, async () => {
  const closed = join(base, 'closed');
  await mkdir(closed, { mode: 0o700 });
  const packageDirectory = join(closed, 'clone', 'node_modules', 'binaries');
  await cp(await packageFolder(), packageDirectory, { recursive: true, verbatimSymlinks: true });
  const options = {
    directory: join(closed, 'trail'),
    packageDirectory,
    cacheDirectory: join(base, 'cache'),
    clusterRoot: join(base, 'clusters'),
    logger: SILENT,
    settings,
  };

  const first = await startEmbedded(options);
  const home = (await readFile(join(closed, 'trail', 'postgres-location'), 'utf8')).trim();
  expect(dirname(home)).toBe(join(base, 'clusters'));
  const account = await chooseAccount(undefined);
  expect(await stat(home)).toMatchObject({ uid: account.uid, gid: account.gid });
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect((await stat(join(closed, 'trail'))).uid).toBe(0);
  expect((await stat(`/proc/${first.pid}`)).uid).toBe(account.uid);
  await ask(first.superuserUrl(), 'create table kept as select 3 as n');
  await first.stop();

  const second = await startEmbedded(options);
  expect(await ask(second.superuserUrl(), 'select n from kept')).toBe(3);
  await second.stop();
  await removeEmbedded(options.directory, options.clusterRoot);
  expect(await readdir(options.clusterRoot)).toEqual([]);
  await expect(stat(options.directory)).rejects.toThrow(/ENOENT/);
});

test.skipIf(!ROOT)(`root: nobody can make us follow a location file out of the clusters' folder${AS_ROOT}`, async () => {
  const directory = join(base, 'trail');
  await mkdir(directory);
  await writeFile(join(directory, 'postgres-location'), '/etc\n');
  await expect(startEmbedded({ directory, clusterRoot: join(base, 'clusters'), logger: SILENT })).rejects.toMatchObject({
    code: 'database_unsuitable',
  });
  expect((await stat('/etc')).uid).toBe(0);
});

test.skipIf(!ROOT)(`a normal user: from the package when the links can be made, from a cache when not${AS_ROOT}`, async () => {
  const { uid, gid } = await chooseAccount(undefined);
  const own = join(base, 'own');
  await mkdir(own);
  await chown(own, uid, gid);
  const packageDirectory = join(base, 'binaries');
  await cp(await packageFolder(), packageDirectory, { recursive: true, filter: async (path) => !(await lstat(path)).isSymbolicLink() });
  await chmod(packageDirectory, 0o755);
  const orders = { directory: join(own, 'trail'), cacheDirectory: join(own, 'cache'), packageDirectory, become: { uid, gid } };

  const cached = await startOwner(orders);
  expect(cached.answer.message).toBeUndefined();
  expect(await ask(cached.answer.url ?? '', 'select 1')).toBe(1);
  expect(await readdir(join(own, 'cache'))).toHaveLength(1);
  expect(await cached.stop()).toEqual({ stopped: true });

  await chown(join(packageDirectory, 'native/lib'), uid, gid);
  const direct = await startOwner({ ...orders, cacheDirectory: join(own, 'unused') });
  expect(direct.answer.message).toBeUndefined();
  expect((await readdir(own)).sort()).toEqual(['cache', 'trail']);
  expect((await stat(join(own, 'trail'))).mode & 0o777).toBe(0o700);
  expect(await direct.stop()).toEqual({ stopped: true });

  // Root goes on as the user who owns the database.
  const asRoot = await startEmbedded({ directory: orders.directory, cacheDirectory: join(base, 'cache'), logger: SILENT, settings });
  expect((await stat(`/proc/${asRoot.pid}`)).uid).toBe(uid);
  await asRoot.stop();
});

test.skipIf(!ROOT)(`root: a copy of the binaries that lost its content, or that others could change, is not used${AS_ROOT}`, async () => {
  const options = { directory: join(base, 'trail'), cacheDirectory: join(base, 'cache'), logger: SILENT, settings };
  await (await startEmbedded(options)).stop();
  const [name = ''] = await readdir(options.cacheDirectory);
  const copy = join(options.cacheDirectory, name);
  await writeFile(join(copy, 'native/bin/initdb'), '');
  await (await startEmbedded(options)).stop();
  expect((await stat(join(copy, 'native/bin/initdb'))).size).toBeGreaterThan(0);
  expect(await readdir(options.cacheDirectory)).toEqual([name]);
  await chmod(options.cacheDirectory, 0o777);
  await expect(startEmbedded(options)).rejects.toMatchObject({
    code: 'database_unsuitable',
    message: expect.stringContaining('written by others') as string,
  });
});

test('distrusts a link, a folder that others can write, and one below a folder that everybody can write', async () => {
  const real = await realpath(base);
  const open = join(real, 'open');
  await mkdir(join(open, 'inner'), { recursive: true });
  expect(await distrust(open)).toBeUndefined();
  await chmod(open, 0o777);
  expect(await distrust(open)).toMatch(/written by others/);
  expect(await distrust(join(open, 'inner'))).toMatch(/written by everybody/);
  await chmod(open, 0o1777);
  expect(await distrust(join(open, 'inner'))).toBeUndefined();
  await symlink(join(open, 'inner'), join(real, 'link'));
  expect(await distrust(join(real, 'link'))).toMatch(/not a folder/);
});
