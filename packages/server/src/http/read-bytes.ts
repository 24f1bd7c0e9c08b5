// A request's body as bytes, never more than a limit.

import { Failure } from '@indelible/core';

/** @throws Failure `body_too_large` as soon as the limit is passed, whatever Content-Length says */
export async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (announced > bytesMax) throw new Failure('body_too_large', `the body has ${announced} bytes; ${bytesMax} are accepted`);
  if (Number.isInteger(announced)) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw new Failure('body_too_large', `the body has more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
