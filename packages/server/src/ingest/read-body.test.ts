import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBody } from './read-body.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const values = (type: string, text: string): unknown[] =>
  readBody(type, bytes(text)).items.map((item) => (item.kind === 'value' ? item.value : item.fault.code));

test('the same values come in as an array and as lines', () => {
  const value = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), fc.constantFrom('\n', '\r\n', '\n\n'), (events, separator) => {
      // What JSON can carry, as JSON carries it; U+0000 has its own test.
      const texts = events.map((event) => JSON.stringify(event)).filter((text) => !text.includes('\\u0000') && !text.includes('\\ud'));
      fc.pre(texts.length > 0);
      const expected = texts.map((text) => JSON.parse(text) as unknown);
      expect(values('application/x-ndjson', texts.join(separator))).toEqual(expected);
      expect(values('application/json', `[${texts.join(',')}]`)).toEqual(expected);
    }),
  );
});

test('a line has the number that an editor shows, blank lines counted', () => {
  const { items } = readBody('application/x-ndjson', bytes('{}\n\n  \r\n{\n{}'));
  expect(items).toMatchObject([{ at: { line: 1 } }, { kind: 'fault', fault: { details: { line: 4 } } }, { at: { line: 5 } }]);
});

test.each(['application/x-ndjson', 'application/ndjson; charset=utf-8', 'APPLICATION/JSONL'])('%s is read by lines', (type) => {
  expect(readBody(type, bytes('{}\n{}')).many).toBe(true);
});

test.each([undefined, '', 'text/json', 'application/jsonx', 'multipart/form-data', 'application/json; charset=utf-16'])(
  '%s is refused',
  (type) => {
    expect(() => readBody(type, bytes('{}'))).toThrow(expect.objectContaining({ code: 'content_type_unsupported' }));
  },
);
