// Ids that say what they name: bot_x1y2z3...

import { randomBytes } from 'node:crypto';

export type IdPrefix = 'org' | 'usr' | 'bot' | 'ds' | 'rec' | 'int' | 'tok' | 'ses' | 'req';

export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomBytes(9).toString('hex')}`;
}
