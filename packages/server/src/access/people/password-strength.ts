// Whether a password is hard to guess, by what NIST SP 800-63B asks for: long, none of those that everybody tries, and nothing
// that stands beside it in the form. What it is made of is nobody's business.

import { Failure } from '@indelible/core';
import { PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN } from '../../limits.ts';

const DISTINCT_MIN = 6;
/** Words around which guessable passwords are made; what is left without them must still be something. */
const WORDS = [
  'password', 'passwort', 'passw0rd', 'p@ssw0rd', 'motdepasse', 'contrasena', 'indelible', 'audittrail', 'administrator', 'admin', 'letmein',
  'welcome', 'willkommen', 'changeme', 'qwertzuiop', 'qwertyuiop', 'qwerty', 'qwertz', 'azerty', 'asdfghjkl', 'zxcvbnm', '1q2w3e4r5t', '1qaz2wsx',
  'iloveyou', 'football', 'baseball', 'dragon', 'monkey', 'sunshine', 'princess', 'superman', 'batman', 'trustno1', 'secret', 'geheim',
  'summer', 'winter', 'spring', 'autumn', 'sommer', 'january', 'february', 'october', 'november', 'december', 'correcthorsebatterystaple',
]; // prettier-ignore
const LEFT_MIN = 8;

/**
 * @param known what else is known of the person: e-mail address, name
 * @throws Failure `parameter_invalid` that says what to do
 */
export function demandStrong(password: string, known: readonly string[]): void {
  const fault = weaknessOf(password, known);
  if (fault !== undefined) throw new Failure('parameter_invalid', `password: ${fault}`, { pointer: 'password' });
}

function weaknessOf(password: string, known: readonly string[]): string | undefined {
  const plain = password.normalize('NFKC').toLowerCase();
  const length = Array.from(plain).length;
  if (length < PASSWORD_CHARS_MIN) return `expected at least ${PASSWORD_CHARS_MIN} characters`;
  if (length > PASSWORD_CHARS_MAX) return `expected ${PASSWORD_CHARS_MAX} characters at most`;
  if (new Set(plain).size < DISTINCT_MIN) return `expected at least ${DISTINCT_MIN} different characters`;
  if (isRepeated(plain)) return 'it is one piece that is repeated';
  const parts = known.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((part) => part.length >= 4);
  const left = [...parts, ...WORDS].toSorted((a, b) => b.length - a.length).reduce((text, word) => text.replaceAll(word, ''), plain);
  if (Array.from(withoutRuns(left)).length < LEFT_MIN)
    return 'it is made of words and rows of characters that are tried first, or of your name; take a few words that nobody would guess';
  return undefined;
}

function isRepeated(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}

/** Takes out rows such as 123456 or fedcba of four characters and more, leaving the first of each. */
function withoutRuns(text: string): string {
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  let made = '';
  for (let from = 0; from < codes.length;) {
    const step = (codes[from + 1] ?? 0) - (codes[from] ?? 0);
    let to = from + 1;
    if (Math.abs(step) <= 1) while (to < codes.length && (codes[to] ?? 0) - (codes[to - 1] ?? 0) === step) to++;
    const end = to - from >= 4 ? to : from + 1;
    made += String.fromCodePoint(codes[from] ?? 0);
    from = end;
  }
  return made;
}
