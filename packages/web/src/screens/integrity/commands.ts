// Commands for a shell, with every value in quotes that a shell would read otherwise. Pure.

interface Named {
  readonly vkey: string;
  readonly logId: string;
}

export interface Commands {
  readonly sample: string;
  readonly all: string;
  readonly checkpoint: string;
}

/** @param server its address, as the browser knows it */
export function commandsOf(server: string, tenant: string, { vkey, logId }: Named): Commands {
  const sample = `indelible verify --server ${shell(server)} --tenant ${shell(tenant)} --key "$INDELIBLE_KEY" --state trail.state --vkey ${shell(vkey)}`;
  return {
    sample,
    all: `${sample} --events`,
    checkpoint: `curl ${shell(`${server}/log/${logId}/checkpoint`)} -H "Authorization: Bearer $INDELIBLE_KEY"`,
  };
}

/** @example shell("it's") // `'it'\''s'` */
export function shell(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
