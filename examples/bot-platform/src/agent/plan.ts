// What an agent makes of a message. It stands in for a language model: the first word decides, so that the platform
// needs no model and does the same every time.

export const ABILITIES = ['answer', 'remember', 'correct', 'forget', 'escalate', 'fetch'] as const;
export type AbilityKind = (typeof ABILITIES)[number];

export type Plan =
  | { readonly kind: 'answer' }
  | { readonly kind: 'remember'; readonly title: string; readonly body: string }
  | { readonly kind: 'correct'; readonly recordId: string; readonly body: string }
  | { readonly kind: 'forget'; readonly recordId: string }
  | { readonly kind: 'escalate'; readonly why: string };

/** @example planOf('remember: Holidays: 30 days') // { kind: 'remember', title: 'Holidays', body: '30 days' } */
export function planOf(message: string): Plan {
  const [word = '', ...rest] = message.split(':').map((part) => part.trim());
  const [first = '', ...others] = rest;
  const body = others.join(': ');
  switch (word.toLowerCase()) {
    case 'remember':
      return first === '' || body === '' ? { kind: 'answer' } : { kind: 'remember', title: first, body };
    case 'correct':
      return first === '' || body === '' ? { kind: 'answer' } : { kind: 'correct', recordId: first, body };
    case 'forget':
      return first === '' ? { kind: 'answer' } : { kind: 'forget', recordId: first };
    case 'escalate':
      return { kind: 'escalate', why: rest.join(': ') };
    default:
      return { kind: 'answer' };
  }
}
