// Text of anybody's making as an event can hold it.

/** @example storable('a\u0000b', 10) // 'a\ufffdb' */
export function storable(text: string, charsMax: number): string {
  return text.slice(0, charsMax).toWellFormed().replaceAll('\0', '\ufffd');
}
