// Attribution of database writes: the driver's patch, and the message that it sends.

import { type AttributionStats, counters } from './stats.ts';

export { attributeQueries, type AttributeOptions } from './attribute-queries.ts';
export type { PgModule } from './driver.ts';
export { MESSAGE_BYTES_MAX } from './limits.ts';
export {
  CONTEXT_SETTING,
  MESSAGE_PREFIX,
  newNonce,
  openMessage,
  sealMessage,
  type MessageActor,
  type MessageContext,
  type MessagePayload,
  type OpenedMessage,
} from './message.ts';
export type { AttributionStats } from './stats.ts';

/** What the attribution did since the process began, to be shown with the metrics of the application. */
export const attributionStats: Readonly<AttributionStats> = counters;
