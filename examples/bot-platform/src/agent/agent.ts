// The agent at work: it uses this platform's own API, with a pass of its own, for the person who wrote to the bot.
// So it is asked for permissions as they are, and each of its steps has an actor.

import { type AbilityKind, type Plan, planOf } from './plan.ts';

export interface AgentTask {
  readonly conversationId: string;
  readonly datasetId: string | null;
  readonly abilities: ReadonlySet<AbilityKind>;
  readonly message: string;
}

/** Sends a request to the platform, as the agent. */
export type AgentAsk = (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly body: unknown }>;

export interface Step {
  readonly ability: AbilityKind;
  readonly status: number;
}

export interface AgentResult {
  readonly reply: { readonly id: string; readonly body: string };
  readonly did: readonly Step[];
}

/** Does what the message asks for, as far as the bot is able and the person may, and replies in the conversation. */
export async function runAgent(ask: AgentAsk, task: AgentTask): Promise<AgentResult> {
  const plan = planOf(task.message);
  const able = plan.kind === 'answer' || task.abilities.has(plan.kind);
  const { text, did } = able ? await carryOut(ask, task, plan) : { text: 'I am not able to do that.', did: [] };
  const answer = await ask('POST', `/conversations/${task.conversationId}/replies`, { body: text });
  return { reply: answer.body as AgentResult['reply'], did };
}

interface Outcome {
  readonly text: string;
  readonly did: readonly Step[];
}

async function carryOut(ask: AgentAsk, task: AgentTask, plan: Plan): Promise<Outcome> {
  switch (plan.kind) {
    case 'answer':
      return { text: await lookUp(ask, task), did: [] };
    case 'remember':
      if (task.datasetId === null) return { text: 'I have no dataset to remember things in.', did: [] };
      return done(plan.kind, await ask('POST', `/datasets/${task.datasetId}/records`, [{ title: plan.title, body: plan.body }]));
    case 'correct':
      return done(plan.kind, await ask('PATCH', `/records/${plan.recordId}`, { body: plan.body }));
    case 'forget':
      return done(plan.kind, await ask('DELETE', `/records/${plan.recordId}`));
    case 'escalate':
      return done(plan.kind, await ask('PATCH', `/conversations/${task.conversationId}`, { status: 'escalated' }));
  }
}

const DONE: Readonly<Record<Exclude<Plan['kind'], 'answer'>, string>> = {
  remember: 'I shall remember that.',
  correct: 'I have corrected it.',
  forget: 'I have forgotten it.',
  escalate: 'A person will look at this.',
};

function done(ability: keyof typeof DONE, { status }: { readonly status: number }): Outcome {
  return { text: status < 300 ? DONE[ability] : `That did not work (${status}).`, did: [{ ability, status }] };
}

/** The record that shares the most words with the question. */
async function lookUp(ask: AgentAsk, { datasetId, message }: AgentTask): Promise<string> {
  const { status, body } = datasetId === null ? { status: 404, body: [] } : await ask('GET', `/datasets/${datasetId}/records`);
  const records = status === 200 ? (body as readonly { readonly title: string; readonly body: string }[]) : [];
  const asked = wordsOf(message);
  const shared = ({ title }: { readonly title: string }): number => [...wordsOf(title)].filter((word) => asked.has(word)).length;
  const best = records.reduce<(typeof records)[number] | undefined>(
    (found, record) => (shared(record) > (found === undefined ? 0 : shared(found)) ? record : found),
    undefined,
  );
  return best?.body ?? 'I do not know. Shall I ask a person?';
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? []);
}
