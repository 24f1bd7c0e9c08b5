// Commands of this program as doctor writes them: with the source's own variable in place of its address, which holds a password.

/** @example setupCommand('shop') // indelible capture setup "$INDELIBLE_SOURCE_SHOP" --name shop */
export function setupCommand(name: string): string {
  return `indelible capture setup ${addressOf(name)} --name ${name}`;
}

/** Goes on after a gap that somebody has looked at. */
export function resumeCommand(name: string): string {
  return `indelible capture resume ${addressOf(name)} --name ${name} --accept-gap`;
}

function addressOf(name: string): string {
  return `"$INDELIBLE_SOURCE_${name.toUpperCase().replaceAll('-', '_')}"`;
}

/** SQL as it is copied: each statement ends. */
export function ended(statements: readonly string[]): string[] {
  return statements.map((statement) => `${statement.replace(/;$/, '')};`);
}
