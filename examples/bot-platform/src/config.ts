// The settings of the server, from the environment.

import { z } from 'zod';

const Config = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  BIND: z.string().default('127.0.0.1'),
  /** What secrets are encrypted under. The default is for development. */
  SECRETS_KEY: z.string().min(16).default('a key for development only'),
  /** How often the jobs run; 0 is never. */
  JOBS_SECONDS: z.coerce.number().int().min(0).max(86_400).default(300),
});

export type Config = z.infer<typeof Config>;

/** Reads the settings; the message of the error names every one that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = Config.safeParse(env);
  if (!parsed.success) throw new Error(`The configuration is not valid.\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
