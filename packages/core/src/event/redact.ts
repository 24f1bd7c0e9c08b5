// Takes secrets out of an event before anything is stored: a value under a key that names a secret becomes
// {"redacted": "<rule>"}. Keys decide, never values, except for card numbers under keys that name a card.

import { Failure } from '../errors.ts';
import { ID_CHARS_MAX, REDACTION_KEYS_MAX } from '../limits.ts';
import { isCardNumber } from './card-number.ts';
import type { EventContext, Json, JsonObject } from './types.ts';

/** Rule -> the word sequences that it looks for in a key. "api key" also finds "apikey". */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  password: ['password', 'passwords', 'passwd', 'pwd', 'passphrase', 'passcode'],
  secret: ['secret', 'secrets'],
  // "tokens" alone counts what a language model used; only these plurals are credentials.
  token: ['token', 'access tokens', 'refresh tokens', 'api tokens', 'auth tokens', 'jwt', 'bearer'],
  api_key: ['api key', 'api keys', 'access key', 'access keys'],
  private_key: ['private key', 'private keys', 'signing key', 'encryption key', 'ssh key'],
  authorization: ['authorization'],
  cookie: ['cookie', 'cookies'],
  credential: ['credential', 'credentials'],
  ssn: ['ssn', 'social security number'],
  cvv: ['cvv', 'cvc'],
  otp: ['otp', 'totp', 'recovery code', 'recovery codes', 'backup codes'],
};
const CARD_RULE = 'card_number';
const CARD_WORDS: readonly string[] = ['card', 'cards', 'pan', 'credit card', 'card number', 'cc number'];
/** A key that ends so speaks about a secret and does not hold it: secretId, token_count. */
const ENDINGS: ReadonlySet<string> = new Set(['id', 'ids', 'count', 'at', 'type', 'name']);

export interface RedactionOptions {
  /** Further rules, each a word or words of a key: "salary", "tax_id", "homeAddress". */
  readonly add?: readonly string[];
  /** Names of built-in rules that shall not apply. */
  readonly remove?: readonly string[];
}

export interface Redaction {
  /** The rule that a key falls under, whatever its value; undefined for keys that may be stored. */
  readonly ruleOf: (key: string) => string | undefined;
  /** The value without secrets; the very same object when there is none in it. */
  readonly apply: (value: JsonObject) => JsonObject;
  /** The context without secrets. Its fields are texts, so a text says what was there; ip and location are left out. */
  readonly applyToContext: (context: EventContext) => EventContext;
}

interface Rule {
  readonly name: string;
  readonly words: readonly string[];
}

/**
 * Words of a key: camelCase, acronyms, digits and every separator part them.
 *
 * @example wordsOf('stripeAPIKey_v2') // ["stripe", "api", "key", "v", "2"]
 */
export function wordsOf(key: string): string[] {
  const parted = key.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  return parted.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
}

function ruleOf(name: string, phrases: readonly string[]): Rule[] {
  return phrases.flatMap((phrase) => {
    const words = phrase.split(' ');
    return words.length === 1
      ? [{ name, words }]
      : [
          { name, words },
          { name, words: [words.join('')] },
        ];
  });
}

function makeRules(options: RedactionOptions): Rule[] {
  const removed = new Set(options.remove ?? []);
  const known = [...Object.keys(BUILT_IN), CARD_RULE];
  for (const name of removed) {
    if (!known.includes(name))
      throw new Failure('config_invalid', `there is no redaction rule "${name}" to remove; there are ${known.join(', ')}`);
  }
  const added = (options.add ?? []).flatMap((name) => {
    const words = wordsOf(name);
    if (words.length === 0) throw new Failure('config_invalid', `the redaction rule "${name}" has no word in it`);
    return ruleOf(words.join('_'), [words.join(' ')]);
  });
  const kept = Object.entries(BUILT_IN).filter(([name]) => !removed.has(name));
  const card = removed.has(CARD_RULE) ? [] : ruleOf(CARD_RULE, CARD_WORDS);
  return [...added, ...kept.flatMap(([name, phrases]) => ruleOf(name, phrases)), ...card];
}

/**
 * The name of the first rule that finds its words in the key; '' when none does; undefined when the key is one of
 * those that only speak about a secret. A rule that itself covers the ending ("tax_id") applies all the same.
 */
function decide(key: string, rules: readonly Rule[]): string | undefined {
  const words = wordsOf(key);
  const from = words[0] === 'max' || words[0] === 'maximum' ? 1 : 0;
  const to = ENDINGS.has(words.at(-1) ?? '') ? words.length - 1 : words.length;
  for (const rule of rules) {
    for (let start = 0; start + rule.words.length <= words.length; start++) {
      if ((from > 0 && start > 0) || (to < words.length && start + rule.words.length <= to)) continue;
      if (rule.words.every((word, index) => word === words[start + index])) return rule.name;
    }
  }
  return from > 0 || to < words.length ? undefined : '';
}

/**
 * The redaction of one server: the built-in rules with those of its configuration. Decisions about keys are
 * remembered, for keys repeat from event to event.
 *
 * @example
 * const redaction = makeRedaction({ add: ['salary'], remove: ['cookie'] });
 * redaction.apply({ apiKey: 'sk_1', max_tokens: 5, salary: 1 });
 * // { apiKey: { redacted: 'api_key' }, max_tokens: 5, salary: { redacted: 'salary' } }
 */
export function makeRedaction(options: RedactionOptions = {}): Redaction {
  const rules = makeRules(options);
  const decisions = new Map<string, string | undefined>();

  function decision(key: string): string | undefined {
    const known = decisions.get(key);
    if (known !== undefined || decisions.has(key)) return known;
    const made = decide(key, rules);
    if (decisions.size >= REDACTION_KEYS_MAX) decisions.clear();
    if (key.length <= ID_CHARS_MAX) decisions.set(key, made);
    return made;
  }

  function redactObject(value: JsonObject, inCard: boolean): JsonObject {
    let copy: Record<string, Json> | undefined;
    for (const key in value) {
      const member = value[key] as Json;
      const rule = decision(key);
      const isCard = rule === CARD_RULE || (inCard && rule !== undefined);
      const stored = rule !== undefined && rule !== '' && rule !== CARD_RULE ? marker(rule) : redactValue(member, isCard);
      if (stored === member) continue;
      // A spread copies an own `__proto__` as a property, and the assignment then meets that property, not the setter.
      copy ??= { ...value };
      copy[key] = stored;
    }
    return copy ?? value;
  }

  function redactValue(value: Json, inCard: boolean): Json {
    if (typeof value !== 'object') return inCard && isCardNumber(value) ? marker(CARD_RULE) : value;
    if (value === null) return value;
    if (!Array.isArray(value)) return redactObject(value as JsonObject, inCard);
    let copy: Json[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const stored = redactValue(value[index] as Json, inCard);
      if (stored !== value[index]) (copy ??= [...(value as Json[])])[index] = stored;
    }
    return copy ?? value;
  }

  function secretRule(key: string): string | undefined {
    const rule = decision(key);
    return rule === '' || rule === CARD_RULE ? undefined : rule;
  }

  function redactContext(context: EventContext): EventContext {
    let copy: Record<string, unknown> | undefined;
    for (const key in context) {
      const rule = secretRule(key);
      if (rule === undefined) continue;
      copy ??= { ...context };
      if (key === 'ip' || key === 'location') delete copy[key];
      else copy[key] = `[redacted: ${rule}]`;
    }
    return (copy as EventContext | undefined) ?? context;
  }

  return { ruleOf: secretRule, apply: (value) => redactObject(value, false), applyToContext: redactContext };
}

function marker(rule: string): JsonObject {
  return { redacted: rule };
}
