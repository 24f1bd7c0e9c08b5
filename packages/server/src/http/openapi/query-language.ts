// The query language as the document and the page describe it: a few paragraphs, and every field from the table that the
// parser reads.

import { expectedOf, FIELDS, fieldLabel, KINDS, QUERY_CHARS_MAX, QUERY_DEPTH_MAX, QUERY_TERMS_MAX, QUERY_WORDS_MAX } from '@indelible/core';
import { escape, prose } from './html.ts';

/** Where the page has it, and what parameters that take a query point to. */
export const LANGUAGE_ID = 'query-language';
export const LANGUAGE_NAME = 'Query language';
export const languageLink = { externalDocs: { description: LANGUAGE_NAME, url: `/docs#${LANGUAGE_ID}` } };

const PARAGRAPHS: readonly string[] = [
  'A query is a list of terms `field:value`, all of which must hold: `actor:maria* action:(bot.* OR dataset.*) -outcome:success at:-24h "free text"`. An empty one asks for every event.',
  '`OR`, in capitals, stands between alternatives and binds less than the AND between terms; parentheses group; a minus in front excludes a term or a group.',
  'Quotes hold blanks and signs: `reason:"Ticket 4812"`; in them a backslash stands before a quote or a backslash. `*` outside of quotes stands for any characters. Comparison is exact, case included.',
  'Numbers and times take `>`, `>=`, `<`, `<=` and `a..b`, of which one end may be left out.',
  'Times are `-24h` (by `s`, `m`, `h`, `d`, `w`), `now`, `today`, `yesterday`, `2026`, `2026-11`, `2026-11-01`, `2026-11-01T10:00`, by the clocks of the parameter `zone`, or RFC 3339 with a zone of their own, cut to the millisecond. `-24h` alone means since then, and a date the whole of it.',
  'Behind `before.`, `after.` and `meta.`, and in `changed:`, stands a path: its steps parted by dots, or a pointer (RFC 6901) for names that hold dots or slashes: `after./a.b/c`. It also means everything below it.',
  'A word without a field, or words in quotes, are searched without regard to case in values before and after, reasons, names and metadata; `temp*` finds what begins so.',
  `A query has at most ${QUERY_CHARS_MAX} characters, ${QUERY_TERMS_MAX} terms, ${QUERY_WORDS_MAX} words of free text, and ${QUERY_DEPTH_MAX} parentheses within each other. What cannot be read is an error that names the place and what would be right there; nothing is ignored.`,
];

interface Row {
  readonly field: string;
  readonly takes: string;
  readonly help: string;
}

const ROWS: readonly Row[] = FIELDS.map((field) => {
  const { globs, ranges } = KINDS[field.kind];
  const signs = [...(globs ? ['may hold `*`'] : []), ...(ranges ? ['comparisons and ranges'] : [])];
  return { field: fieldLabel(field), takes: [expectedOf(field), ...signs].join('; '), help: field.help };
});

/** As CommonMark, for programs that show the document. */
export function languageMarkdown(): string {
  const rows = ROWS.map(({ field, takes, help }) => `| \`${field}\` | ${takes} | ${help} |`);
  return [...PARAGRAPHS, ['| Field | Takes | About |', '|---|---|---|', ...rows].join('\n')].join('\n\n');
}

/** As a section of the page. */
export function languageSection(): string {
  const rows = ROWS.map(
    ({ field, takes, help }) =>
      `<tr><td><code>${escape(field)}</code></td><td class="type">${prose(takes)}</td><td>${prose(help)}</td></tr>`,
  );
  return `<section id="${LANGUAGE_ID}">
<h2>${LANGUAGE_NAME}</h2>
${PARAGRAPHS.map((text) => `<p>${prose(text)}</p>`).join('\n')}
<table>
<thead><tr><th scope="col">Field</th><th scope="col">Takes</th><th scope="col">About</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</section>`;
}
