// Which index a query can be led by, and what is then left to look at in each entry. A page with a filter of its own index
// is a walk of that index; filters joined by OR are walks merged, when each alternative has an index.

import type { Node, Term } from '@indelible/core';
import type { Condition } from '../store/read-events.ts';
import type { Lead, SimpleLead } from '../store/scan-statement.ts';
import type { CompiledQuery } from './compile.ts';

/** One way to answer a query. */
export interface Choice {
  readonly lead: Lead;
  /** The terms that the lead does not say. */
  readonly rest: readonly Node[];
}

/** More walks than these in one statement cost more than they save. */
const UNION_WALKS_MAX = 12;
const FEW_EVENTS_MAX = 5_000;

interface Candidate {
  readonly lead: Lead;
  /** Whether the lead says all that the term says. */
  readonly exact: boolean;
  /** How selective it is likely to be; the lowest is tried first. */
  readonly rank: number;
}

/** The ways to answer a query, the likely best one first; the walk over time is the only one where nothing else is. */
export function choose({ nodes, bounds }: Pick<CompiledQuery, 'nodes' | 'bounds'>): readonly Choice[] {
  const { from = 0, to = Number.MAX_SAFE_INTEGER } = bounds.seq;
  if (to - from < FEW_EVENTS_MAX) return [{ lead: { kind: 'few', name: 'seq', condition: () => 'true' }, rest: nodes }];
  const candidates = nodes.flatMap((node) => {
    const found = candidateOf(node);
    return found === undefined ? [] : [{ ...found, rest: found.exact ? nodes.filter((other) => other !== node) : nodes }];
  });
  const ranked = candidates.toSorted((a, b) => a.rank - b.rank).map(({ lead, rest }) => ({ lead, rest }));
  const [first] = ranked;
  if (first === undefined) return [{ lead: { kind: 'time' }, rest: nodes }];
  return first.lead.kind === 'few' ? [first] : ranked.filter(({ lead }) => lead.kind !== 'few');
}

function candidateOf(node: Node): Candidate | undefined {
  if (node.negated) return undefined;
  switch (node.kind) {
    case 'text':
      return undefined;
    case 'field':
      return candidateOfTerm(node);
    case 'all': {
      const [best] = node.terms.flatMap((term) => candidateOf(term) ?? []).toSorted((a, b) => a.rank - b.rank);
      return best === undefined ? undefined : { ...best, exact: false };
    }
    case 'any':
      return candidateOfAny(node.terms);
  }
}

function candidateOfTerm({ field, match }: Term): Candidate | undefined {
  if (match.kind === 'resource') {
    const { type, id } = match;
    if (type.kind !== 'equals' || id?.kind !== 'equals') return undefined;
    if (field === 'related') return { lead: { kind: 'related', type: type.value, id: id.value }, exact: true, rank: 2 };
    const condition: Condition = ({ bind }) => `e.resource_type = ${bind(type.value)} and e.resource_id = ${bind(id.value)}`;
    return { lead: { kind: 'columns', name: 'resource', condition }, exact: true, rank: 1 };
  }
  if (match.kind !== 'equals') return undefined;
  switch (field) {
    case 'id':
      return { lead: fewById([match.value]), exact: true, rank: 0 };
    case 'actor': {
      const leads = ['actor_id', 'actor_name', 'actor_email'].map((column) => columnLead(column, match.value));
      return { lead: { kind: 'union', name: 'actor', leads }, exact: true, rank: 4 };
    }
    case 'actor.id':
      return { lead: columnLead('actor_id', match.value), exact: true, rank: 3 };
    case 'action':
      return { lead: columnLead('action', match.value), exact: true, rank: 6 };
    default:
      return undefined;
  }
}

function candidateOfAny(terms: readonly Node[]): Candidate | undefined {
  const ids = terms.flatMap((term) =>
    term.kind === 'field' && term.field === 'id' && !term.negated && term.match.kind === 'equals' ? [term.match.value] : [],
  );
  if (ids.length === terms.length) return { lead: fewById(ids), exact: true, rank: 0 };
  const found = terms.map(candidateOf);
  const leads: SimpleLead[] = [];
  for (const candidate of found) {
    if (candidate === undefined || candidate.lead.kind === 'few' || candidate.lead.kind === 'places') return undefined;
    leads.push(...(candidate.lead.kind === 'union' ? candidate.lead.leads : [candidate.lead]));
  }
  if (leads.length > UNION_WALKS_MAX) return undefined;
  const name = [...new Set(found.flatMap((candidate) => (candidate === undefined ? [] : leadNames(candidate.lead))))].join(' or ');
  return { lead: { kind: 'union', name, leads }, exact: found.every((candidate) => candidate?.exact === true), rank: 5 };
}

function leadNames(lead: Lead): string[] {
  return [lead.kind === 'time' || lead.kind === 'related' ? lead.kind : lead.name];
}

function columnLead(column: string, value: string): SimpleLead {
  return { kind: 'columns', name: column.replace('_', '.'), condition: ({ bind }) => `e.${column} = ${bind(value)}` };
}

function fewById(ids: readonly string[]): Lead {
  const condition: Condition = ({ bind, names }) => {
    const list = bind(ids);
    const seqs = `array(select k.seq from indelible.event_key k where k.tenant_id = ${names.tenantId} and k.id = any(${list}::uuid[]))`;
    return `e.seq = any(${seqs}) and e.id = any(${list}::uuid[])`;
  };
  return { kind: 'few', name: 'id', condition };
}
