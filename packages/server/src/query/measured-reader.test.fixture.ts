// A reader that notes how much its statements fetch.

import type pg from 'pg';
import type { Reader } from '../store/as-tenant.ts';

export interface MeasuredReader extends Reader {
  /** Of each statement that fetched events: how many, and their bytes. */
  readonly fetched: { readonly events: number; readonly bytes: number }[];
}

export function measured(pool: pg.Pool): MeasuredReader {
  const fetched: MeasuredReader['fetched'] = [];
  const connect = async (): Promise<pg.PoolClient> =>
    new Proxy(await pool.connect(), {
      get: (client, name) => {
        const value: unknown = Reflect.get(client, name);
        if (typeof value !== 'function') return value;
        if (name !== 'query') return (...given: unknown[]): unknown => value.apply(client, given) as unknown;
        return async (...given: unknown[]): Promise<pg.QueryResult> => {
          const answer = (await value.apply(client, given)) as pg.QueryResult<{ disclosures?: string }>;
          const texts = (answer.rows ?? []).flatMap(({ disclosures }) => (disclosures === undefined ? [] : [disclosures]));
          if (texts.length > 0)
            fetched.push({ events: texts.length, bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) });
          return answer;
        };
      },
    });
  return { connect, fetched };
}
