import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Message, readMessages } from './read-messages.ts';

async function read(parts: readonly Uint8Array[]): Promise<Message[]> {
  const messages: Message[] = [];
  const body = (async function* () {
    yield* parts;
  })();
  for await (const message of readMessages(body)) messages.push(message);
  return messages;
}

test('fields, comments, messages without data, and names without a colon', async () => {
  const text = ': hello\nretry: 5\nid: 4\n\nid: 5\nevent: event\ndata: {"a":1}\ndata:b\n\ndata\n\nid: 9\nevent: unfinished';
  expect(await read([Buffer.from(text)])).toEqual([
    { event: 'message', data: '', id: '4' },
    { event: 'event', data: '{"a":1}\nb', id: '5' },
    { event: 'message', data: '', id: '5' },
  ]);
});

test('however the bytes are cut, the messages are the same', async () => {
  const bytes = Buffer.from('id: 1\nevent: event\ndata: "ünïcode ✓ 🜁"\n\n: quiet\nid: 2\n\nid: 3\ndata: x\n\n');
  const whole = await read([bytes]);
  expect(whole).toHaveLength(3);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length)), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      expect(await read(places.slice(1).map((to, index) => bytes.subarray(places[index], to)))).toEqual(whole);
    }),
  );
});
