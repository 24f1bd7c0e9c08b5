// As much of pg-cursor, which brings no types, as the tests use.

declare module 'pg-cursor' {
  import type { Submittable } from 'pg';

  class Cursor implements Submittable {
    constructor(text: string, values: readonly unknown[]);
    submit: Submittable['submit'];
    read(rows: number): Promise<unknown[]>;
    close(): Promise<void>;
  }
  export default Cursor;
}
