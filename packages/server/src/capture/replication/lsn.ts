// Log sequence numbers of PostgreSQL: 64 bits in the program, "16/B374D848" in text.

export type Lsn = bigint;

/** @example lsnText(0x16_B374_D848n) // "16/B374D848" */
export function lsnText(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}

/** @example parseLsn('16/B374D848') // 0x16_B374_D848n */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (match === null) throw new TypeError(`"${text}" is not a log sequence number`);
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}
