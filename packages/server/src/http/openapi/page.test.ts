import { ERRORS } from '@indelible/core';
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
