// Structures that must stay text: how deep a value is, and whether there is a secret in it that the redaction, which goes
// by keys, would no longer see.

import type { Json, Redaction } from '@indelible/core';

/** Undefined where nothing is redacted. */
export type SecretTexts = Redaction | undefined;

/** The rule for texts whose values betray them and not their keys. */
const BY_VALUE = 'card_number';

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
  return secrets.apply(probe) === probe ? undefined : (ruleIn(value, secrets) ?? BY_VALUE);
}

function ruleIn(value: Json, secrets: Redaction): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const rule = (Array.isArray(value) ? undefined : secrets.ruleOf(key)) ?? ruleIn(item, secrets);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/** The same for JSON that cannot be parsed for an event: by the keys that its text holds. */
export function secretInText(json: string, secrets: SecretTexts): string | undefined {
  if (secrets === undefined) return undefined;
  for (const [, key] of json.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")\s*:/g)) {
    const rule = secrets.ruleOf(JSON.parse(key ?? '""') as string);
    if (rule !== undefined) return rule;
  }
  return undefined;
}
