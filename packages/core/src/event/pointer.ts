// JSON pointers (RFC 6901): from a path to text and back. Fields of a change are pointers without the first slash.

export type Path = readonly (string | number)[];

/** One step of a path as it stands in a pointer: `~` becomes `~0`, `/` becomes `~1`. */
export function escapeStep(step: string): string {
  return step.includes('~') || step.includes('/') ? step.replaceAll('~', '~0').replaceAll('/', '~1') : step;
}

/**
 * @example pointerOf(['change', 'a/b', 0]) // "/change/a~1b/0"
 */
export function pointerOf(path: Path): string {
  let text = '';
  for (const step of path) text += `/${escapeStep(String(step))}`;
  return text;
}

/**
 * The steps of a field, which is a pointer without its first slash.
 *
 * @example stepsOf('config/a~1b') // ["config", "a/b"]
 */
export function stepsOf(field: string): string[] {
  return field.split('/').map((step) => (step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step));
}
