import { expect, test } from 'vitest';
import { makeParser } from './sse.ts';

test('messages that come in pieces', () => {
  const read = makeParser();
  expect(read('id: 7\nevent: ev')).toEqual([]);
  expect(read('ent\ndata: {"a":1}\n\n: heartbeat\n\nid: 8\n')).toEqual([{ id: '7', event: 'event', data: '{"a":1}' }]);
  expect(read('\n')).toEqual([{ id: '8', event: 'message', data: '' }]);
  expect(read('data: a\ndata: b: c\r\n\r\n')).toEqual([{ event: 'message', data: 'a\nb: c' }]);
});
