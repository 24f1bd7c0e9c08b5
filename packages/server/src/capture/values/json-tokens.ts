// The tokens of a JSON text: what every look at a text goes by that must not be parsed as a whole.

/** Literals true, false and null are not among them. Unrolled: an alternation within a loop exhausts the stack of the matcher on strings of some megabytes. */
export const JSON_TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\],:]/g;

/** What a text or number stands for; undefined for punctuation. */
export function scalarOf(token: string): string | undefined {
  if (token.startsWith('"')) return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  return /^[-\d]/.test(token) ? token : undefined;
}
