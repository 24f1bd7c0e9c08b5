import { expect, test } from 'vitest';
import { writeRecords } from './export-format.ts';

const records = [
  { id: 'rec_1', title: 'Plain', body: 'One', metadata: {} },
  { id: 'rec_2', title: 'Said "no"', body: 'Two,\nlines', metadata: { page: 1 } },
];

test('CSV quotes what would break it', () => {
  expect(writeRecords(records, 'csv')).toBe(
    'id,title,body,metadata\r\nrec_1,Plain,One,{}\r\nrec_2,"Said ""no""","Two,\nlines","{""page"":1}"\r\n',
  );
});

test('a line of JSON a record', () => {
  const lines = writeRecords(records, 'jsonl').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(records);
});
