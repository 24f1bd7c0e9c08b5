// The search part of addresses: plain texts, readable, so that a query looks in the address as it was typed.

export type Search = Readonly<Record<string, string | undefined>>;

const READABLE: Readonly<Record<string, string>> = {
  '%3A': ':',
  '%2F': '/',
  '%2C': ',',
  '%40': '@',
  '%28': '(',
  '%29': ')',
  '%2A': '*',
};
// What the browser shows as it is. Quotes and comparisons it would escape by itself.
const LEFT = /%(?:3A|2F|2C|40|28|29|2A)/g;

/** @example parseSearch('?q=actor:maria&range=-24h') // { q: 'actor:maria', range: '-24h' } */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** @example writeSearch({ q: 'actor:maria outcome:denied' }) // '?q=actor:maria+outcome:denied' */
export function writeSearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : []));
  const text = new URLSearchParams(given).toString().replace(LEFT, (code) => READABLE[code] ?? code);
  return text === '' ? '' : `?${text}`;
}
