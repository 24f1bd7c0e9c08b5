// The settings of the sdk: the key that application and server share. Only this file reads the environment.

/** The key from the options, else INDELIBLE_CONTEXT_KEY; without one messages are asserted, not verified. */
export function contextKey(key: string | undefined): string | undefined {
  const found = key ?? process.env.INDELIBLE_CONTEXT_KEY;
  return found === undefined || found === '' ? undefined : found;
}
