// The code of an operating system error (ENOENT, EEXIST ...), or '' for anything else.

export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
