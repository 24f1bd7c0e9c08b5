// Server-sent events out of the bytes of an answer (WHATWG HTML, 9.2.6).

export interface Message {
  /** `message` when the server gave no name. */
  readonly event: string;
  readonly data: string;
  /** The place that the server has named last, in this message or before. */
  readonly id: string;
}

/**
 * The messages of a body, also those without data: they change the place alone, and have an empty `data`.
 *
 * @example for await (const { id, data } of readMessages(response.body)) ...
 */
export async function* readMessages(body: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let rest = '';
  let id = '';
  for await (const bytes of body) {
    const text = rest + decoder.decode(bytes, { stream: true });
    // Our servers end lines by LF alone.
    const blocks = text.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const message = readBlock(block, id);
      ({ id } = message);
      yield message;
    }
  }
}

function readBlock(block: string, lastId: string): Message {
  let event = 'message';
  let id = lastId;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
    else if (name === 'id' && !value.includes('\0')) id = value;
  }
  return { event, data: data.join('\n'), id };
}
