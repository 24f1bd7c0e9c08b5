// Server-sent events from the bytes of an answer, as WHATWG HTML writes them: what the live tail reads.

export interface Message {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

/** Takes pieces of the text as they come, and gives the messages that are whole. */
export function makeParser(): (piece: string) => readonly Message[] {
  let rest = '';
  return (piece) => {
    const parts = (rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    rest = parts.pop() ?? '';
    return parts.flatMap(messageOf);
  };
}

function messageOf(text: string): readonly Message[] {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (name === '') continue;
    fields.set(name, name === 'data' && fields.has('data') ? `${fields.get('data') ?? ''}\n${value}` : value);
  }
  if (fields.size === 0) return [];
  const id = fields.get('id');
  return [{ event: fields.get('event') ?? 'message', data: fields.get('data') ?? '', ...(id === undefined ? {} : { id }) }];
}
