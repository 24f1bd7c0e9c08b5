import { ERRORS, fieldLabel, FIELDS, OUTCOMES } from '@indelible/core';
import { expect, test } from 'vitest';
import { makeDocument } from './document.ts';
import { errorsOf, type Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { escape } from './html.ts';
import { makePage } from './page.ts';

const page = makePage(makeDocument(OPERATIONS, '1.2.3'));

test('every operation stands on the page with its parameters, and its errors with what to do', () => {
  for (const operation of OPERATIONS) {
    const section = page.split(`<section id="${operation.id}">`)[1]?.split('</section>')[0] ?? '';
    expect(section).toContain(`</span> ${escape(operation.path)}</code>`);
    expect(section).toContain(escape(operation.summary));
    for (const name of [operation.inPath, operation.inQuery, operation.inHeader].flatMap((group) => Object.keys(group ?? {})))
      expect(section).toContain(`<td><code>${name}</code>`);
    for (const code of errorsOf(operation))
      if (operation.replies[ERRORS[code].status] === undefined) expect(section).toContain(escape(ERRORS[code].hint));
  }
});

test('nothing is folded away, no script, nothing from elsewhere, and no attribute that a strict policy would refuse', () => {
  expect(page).not.toMatch(/<script|<details|<iframe|<img|<link|\sstyle=|\son[a-z]+=|https?:\/\/(?!\S*<\/code>)/i);
  expect(page.match(/<style>/g)).toHaveLength(1);
});

test('every link on the page leads somewhere on it', () => {
  const ids = new Set([...page.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id));
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, link]) => link);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((link) => !ids.has(link))).toEqual([]);
  expect([...page.matchAll(/\bid="([^"]+)"/g)]).toHaveLength(ids.size);
});

test('text is text, whatever it holds', () => {
  const [first] = OPERATIONS as readonly [Operation];
  const hostile = makePage(makeDocument([{ ...first, summary: '<script>alert(1)</script>', description: '`<b>` & "x"' }], '<i>'));
  expect(hostile).not.toMatch(/<script|<b>|<i>/);
  expect(hostile).toContain('<code>&lt;b&gt;</code> &amp; &quot;x&quot;');
});

test('the query language stands on the page with every field, and each q leads to it', () => {
  const section = page.split('<section id="query-language">')[1]?.split('</section>')[0] ?? '';
  for (const field of FIELDS) expect(section).toContain(`<td><code>${escape(fieldLabel(field))}</code></td>`);
  for (const word of OUTCOMES) expect(section).toContain(word);
  const operations = OPERATIONS.filter(({ inQuery }) => inQuery?.['q'] !== undefined);
  expect(operations.length).toBeGreaterThanOrEqual(5);
  for (const { id } of operations) {
    const row = page.split(`<section id="${id}">`)[1]?.split('<td><code>q</code>')[1]?.split('</tr>')[0];
    expect(row).toContain('<a href="#query-language">');
  }
});
