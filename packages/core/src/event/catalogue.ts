// What the trail knows about actions: category, operation, severity, the class of OCSF, and the controls that an
// action is evidence for. Known actions are rows of data; any other action is read by its nouns and its verb.

import { EXACT, NOUNS, READING_CLASS, VERBS, type NounGroup } from './catalogue-data.ts';
import type { Category, Operation, Outcome, Severity } from './types.ts';

/** A class of the Open Cybersecurity Schema Framework (schema.ocsf.io). */
export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
}

export interface Classification {
  readonly category: Category;
  readonly operation: Operation;
  /** What the action's own name says: `auth.login.failed` is a failure. */
  readonly outcome: Outcome;
  readonly severity: Severity;
  readonly ocsf?: OcsfClass;
  /** Controls, such as "pci:10.2.1.3" or "hipaa:164.312(b)". */
  readonly tags: readonly string[];
}

export interface CatalogueEntry extends Classification {
  readonly action: string;
}

const NO_TAGS: readonly string[] = [];
const GROUP_BY_NOUN: ReadonlyMap<string, NounGroup> = new Map(NOUNS.flatMap((group) => group.nouns.map((noun) => [noun, group] as const)));
const READ_VERBS = ['viewed', 'downloaded', 'exported'];
const KNOWN: ReadonlyMap<string, Classification> = new Map([
  ...NOUNS.flatMap(actionsOf).map((action) => [action, byRules(action)] as const),
  ...EXACT.map(({ action, ...row }) => [action, { ...byRules(action), ...row }] as const),
]);

/**
 * What the trail makes of an action. Known actions come from the catalogue; otherwise the last part is the verb
 * (created -> create; viewed, downloaded, exported, searched -> read, category access; unknown -> execute) and the
 * parts before it are searched for a known noun from the right. Without either the category is `resource`.
 *
 * @example classify('team.member.removed').category // "authorization"
 * @example classify('spaceship.launched') // { category: "resource", operation: "execute", outcome: "success", ... }
 */
export function classify(action: string): Classification {
  return KNOWN.get(action) ?? byRules(action);
}

/** Every known action, sorted by name. */
export function catalogue(): CatalogueEntry[] {
  return [...KNOWN].map(([action, row]) => ({ action, ...row })).sort((a, b) => (a.action < b.action ? -1 : 1));
}

function actionsOf(group: NounGroup): string[] {
  const verbs = group.verbs.length === 0 ? [] : [...group.verbs, ...READ_VERBS];
  return group.nouns.flatMap((noun) => verbs.map((verb) => `${noun}.${verb}`));
}

function byRules(action: string): Classification {
  const parts = action.split('.');
  const verb = parts.at(-1) as string;
  const rule = VERBS.get(verb);
  const operation = rule?.operation ?? 'execute';
  const outcome = rule?.outcome ?? 'success';
  const group = groupOf(parts);
  if (operation === 'read' && rule?.access === true) {
    const ocsf = READING_CLASS;
    const severity = group?.readSeverity ?? rule.severity ?? 'info';
    return { category: 'access', operation, outcome, severity, ocsf, tags: group?.readTags ?? NO_TAGS };
  }
  const untouched = rule?.untouched === true;
  const severity = (untouched ? undefined : group?.severity) ?? rule?.severity ?? 'info';
  const category = group?.category ?? rule?.category ?? 'resource';
  const ocsf = group?.ocsf;
  return {
    category,
    operation,
    outcome,
    severity,
    ...(ocsf === undefined ? {} : { ocsf }),
    tags: (untouched ? undefined : group?.tags) ?? NO_TAGS,
  };
}

function groupOf(parts: readonly string[]): NounGroup | undefined {
  for (let index = parts.length - 2; index >= 0; index--) {
    const group = GROUP_BY_NOUN.get(parts[index] as string);
    if (group !== undefined) return group;
  }
  return undefined;
}
