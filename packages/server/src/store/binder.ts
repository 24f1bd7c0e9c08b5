// Collects the values of a statement while its text is written: a value never becomes a part of the text.

export interface Binder {
  readonly values: unknown[];
  /** Keeps a value and returns the placeholder that stands for it. */
  readonly bind: (value: unknown) => string;
}

/** @example const { bind, values } = makeBinder(); client.query(`select ${bind('a')}::text`, values); */
export function makeBinder(): Binder {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}
