// The settings of the sdk: the key that application and server share, and the application's name. Only this file reads the environment.

/** The key from the options, else INDELIBLE_CONTEXT_KEY; without one messages are asserted, not verified. */
export function contextKey(key: string | undefined): string | undefined {
  const found = key ?? process.env.INDELIBLE_CONTEXT_KEY;
  return found === undefined || found === '' ? undefined : found;
}

/** The name that the application gives its connections, if it gives one in the environment. */
export function applicationName(): string | undefined {
  return process.env.PGAPPNAME === '' ? undefined : process.env.PGAPPNAME;
}
