// Structures that must stay text: how deep a value is, and whether there is a secret in it that the redaction, which goes
// by keys, would no longer see.

import { type Json, type Redaction, isCardNumber } from '@indelible/core';
import { JSON_TOKEN, scalarOf } from '../values/json-tokens.ts';

/** Undefined where nothing is redacted. */
export type SecretTexts = Redaction | undefined;

/** The rule for texts whose values betray them and not their keys. */
export const CARD_RULE = 'card_number';
/** A number that every check takes for that of a card, and that no bank has given out. */
const CARD = '4111111111111111';

/** Containers within containers: 0 for a text or number, 1 for a flat array or object. */
export function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  for (const item of Array.isArray(value) ? value : Object.values(value)) deepest = Math.max(deepest, depthOf(item));
  return deepest + 1;
}

/** The rule that something in the value falls under. */
export function secretIn(value: Json, secrets: SecretTexts): string | undefined {
  if (secrets === undefined) return undefined;
  const probe = { value };
  return secrets.apply(probe) === probe ? undefined : (ruleIn(value, secrets) ?? CARD_RULE);
}

function ruleIn(value: Json, secrets: Redaction): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const rule = (Array.isArray(value) ? undefined : secrets.ruleOf(key)) ?? ruleIn(item, secrets);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/** The same for JSON that is not parsed for an event: by the keys that its text holds, wherever they stand. */
export function secretInText(json: string, secrets: SecretTexts): string | undefined {
  if (secrets === undefined) return undefined;
  let last = '';
  let carded = false;
  let card = false;
  for (const [token] of json.matchAll(JSON_TOKEN)) {
    const text = scalarOf(token);
    if (token === ':') {
      const rule = secrets.ruleOf(last);
      if (rule !== undefined) return rule;
      carded ||= goesByValue(last, secrets);
    } else if (text !== undefined) {
      last = text;
      card ||= isCardNumber(text);
    }
  }
  return carded && card ? CARD_RULE : undefined;
}

/** Whether the value under the key is a secret where it is a card number, and only there. */
export function goesByValue(key: string, secrets: Redaction): boolean {
  const probe = { [key]: CARD };
  return secrets.ruleOf(key) === undefined && secrets.apply(probe) !== probe;
}
