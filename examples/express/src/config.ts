// The settings, from the environment.

import { z } from 'zod';

const Config = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
});

export type Config = z.infer<typeof Config>;

/** Reads the settings; the message of the error names every one that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = Config.safeParse(env);
  if (!parsed.success) throw new Error(`The configuration is not valid.\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
