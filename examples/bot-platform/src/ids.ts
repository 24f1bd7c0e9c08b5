// Ids that say what they name: bot_x1y2z3...

import { randomBytes } from 'node:crypto';

const PREFIXES = {
  organization: 'org',
  user: 'usr',
  role: 'role',
  team: 'team',
  grant: 'grt',
  invitation: 'ivt',
  session: 'ses',
  loginAttempt: 'lgn',
  apiToken: 'tok',
  dataset: 'ds',
  record: 'rec',
  file: 'fil',
  export: 'exp',
  secret: 'sec',
  skillset: 'skl',
  ability: 'abl',
  bot: 'bot',
  integration: 'int',
  conversation: 'cnv',
  message: 'msg',
  webhook: 'whk',
  policy: 'pol',
  subscription: 'sub',
  invoice: 'inv',
  request: 'req',
} as const;

export function newId(kind: keyof typeof PREFIXES): string {
  return `${PREFIXES[kind]}_${randomBytes(9).toString('hex')}`;
}
